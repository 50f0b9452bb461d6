"""Why a line is in no number: the closed list of reasons of rejects."""

REASONS: dict[str, str] = {
    "not_utf8": "The line is not UTF-8 text.",
    "too_large": "The line is longer than the setting max_line_bytes.",
    "too_deep": "The JSON is nested deeper than the setting max_depth.",
    "not_json": "The line is not one JSON text.",
    "not_csv": "The line does not have the cells its header names, or its quotes do not match.",
    "unknown_shape": "A field is missing or wrong; the field and what was expected stand beside.",
    "impossible_time": "The time cannot be read, or lies outside the years 2000 to 2099.",
    "not_mapped": "The connector's SQL fails on the line; the error stands beside.",
    "conflict": "Another record of the same id says something else; the first one is kept.",
}
"""Reasons and what they mean."""
