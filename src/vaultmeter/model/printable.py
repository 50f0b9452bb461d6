"""Text that strangers wrote, shown to people: what a terminal obeys stands there as its code."""


def printable(text: str) -> str:
    r"""The text with `\n`, `\x1b`, `\u202e` and so on in place of what is no letter or sign.

    Those are control characters, separators of lines, and what turns the direction of reading.
    """
    if text.isprintable():
        return text
    return "".join(part if part.isprintable() else ascii(part)[1:-1] for part in text)


def plainly(name: str) -> str:
    """A name of programs as people write it: total_requests, Total requests."""
    return name.replace("_", " ").strip().capitalize()
