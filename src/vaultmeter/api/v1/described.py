"""The description of the API (OpenAPI 3.1), with what the library cannot know of it.

Answers are plain objects, whose fields are those that a server answered once: the examples.
"""

from collections.abc import Iterable
from typing import Any

from fastapi.routing import APIRoute

from vaultmeter.api.v1.examples import examples
from vaultmeter.api.v1.operations import declaration
from vaultmeter.api.v1.shapes import Document, Problem
from vaultmeter.model.access import Object

_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "A token, or `access_id:access_key`.",
}
_COOKIE = {
    "type": "apiKey",
    "in": "cookie",
    "name": "__Host-vaultmeter",
    "description": "A browser's session. Changes need the header X-CSRF-Token, too.",
}
_VARIOUS = {"GET me"}
"""Operations whose answers do not all have the same fields."""
_FREE = {"settings", "payload", "default"}
"""Fields that hold something else in each row, by the type of what the row is about."""
_KINDS: dict[type, str] = {str: "string", bool: "boolean", int: "number", float: "number"}


def complete(described: Object, prefix: str, operations: Iterable[APIRoute]) -> None:
    """Add who may call each operation, what it answers, and how errors look."""
    parts = described.setdefault("components", {})
    parts["securitySchemes"] = {"bearer": _BEARER, "cookie": _COOKIE}
    schemas = parts.setdefault("schemas", {})
    for model in (Problem, Document):
        schemas[model.__name__] = model.model_json_schema()
    for route in operations:
        if not route.include_in_schema:
            continue
        declared = declaration(route)
        for method in route.methods or ():
            told = described["paths"][prefix + route.path_format][method.lower()]
            told["security"] = [] if declared.is_open else [{"bearer": []}, {"cookie": []}]
            told["x-permissions"] = [each.value for each in declared.permissions]
            _show(told, f"{method} {route.path_format.removeprefix('/')}")


def _show(told: Object, operation: str) -> None:
    """Add the example of an operation's answer, and the fields that it shows."""
    example = examples().get(operation)
    if example is None:
        return
    for content in told.get("requestBody", {}).get("content", {}).values():
        if "given" in example:
            content["example"] = example["given"]
    answer = example["answer"]
    for status, response in told["responses"].items():
        if not status.startswith("2"):
            continue
        for kind, content in response.get("content", {}).items():
            if kind.endswith("json"):
                content["example"] = answer
                schema = _schema(content["schema"], answer)
                if operation in _VARIOUS:
                    del schema["required"]
                content["schema"] = schema
            elif isinstance(answer, str):
                content["example"] = answer
            else:
                content["example"] = ",".join(answer["rows"][0])


def _schema(declared: Object, answer: Any) -> Object:  # noqa: ANN401  whatever JSON can hold
    if "anyOf" in declared:
        return declared
    found = schema_of(answer) | {"required": sorted(answer)}
    return {"allOf": [declared, found]} if "$ref" in declared else found


def schema_of(answer: Any) -> Object:  # noqa: ANN401  as above
    """The fields and types of an answer; each may be null, and nobody promises that it is there."""
    if isinstance(answer, dict):
        fields = {name: {} if name in _FREE else schema_of(value) for name, value in answer.items()}
        return {"type": ["object", "null"], "properties": fields}
    if isinstance(answer, list):
        return {"type": ["array", "null"], "items": schema_of(answer[0]) if answer else {}}
    kind = _KINDS.get(type(answer))
    return {"type": [kind, "null"]} if kind else {}
