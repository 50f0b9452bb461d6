"""In which form an answer is sent: by `format`, else by the header Accept (RFC 9110, 12.5.1)."""

from collections.abc import Iterator, Mapping

from vaultmeter.api.problems import Refusal
from vaultmeter.model.errors import Invalid, did_you_mean

JSON, CSV = "application/json", "text/csv"
FORMATS: Mapping[str, str] = {"json": JSON, "csv": CSV}
"""The media type of each format, the one preferred first."""


def format_of(accept: str | None, asked: str | None) -> str:
    """The format that is wanted; raises `Invalid` for an unknown one, `Refusal` for no other."""
    if asked is not None:
        if asked not in FORMATS:
            raise Invalid(f"There is no format {asked!r}.", did_you_mean(asked, FORMATS))
        return asked
    if accept is None:
        return "json"
    wanted = list(_wanted(accept))
    best = max(FORMATS, key=lambda format_: _quality(FORMATS[format_], wanted))
    if _quality(FORMATS[best], wanted) <= 0:
        raise Refusal(
            406,
            "Nothing that the header Accept names can be sent.",
            f"Accept {' or '.join(FORMATS.values())}.",
        )
    return best


def _quality(media_type: str, wanted: list[tuple[str, float]]) -> float:
    """How much a type is wanted: the most exact word that fits decides."""
    ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    for exact in ranges:
        for word, quality in wanted:
            if word == exact:
                return quality
    return 0.0


def _wanted(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(","):
        word, *parameters = (each.strip().lower() for each in part.split(";"))
        quality = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        try:
            yield word, float(quality)
        except ValueError:
            yield word, 0.0
