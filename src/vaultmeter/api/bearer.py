"""`Authorization: Bearer`, read in the one place."""


def bearer(header: str) -> str:
    """The token or key of a header; empty where there is none or the scheme is another one."""
    scheme, _, text = header.partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""
