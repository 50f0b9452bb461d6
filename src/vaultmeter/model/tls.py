"""Who we are to somebody we connect to, and by whom they are known."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Tls:
    """Certificates for one receiver: PEM texts, each may be empty."""

    certificate: str = ""
    """The certificate that is shown to the receiver, with its chain."""
    key: str = field(default="", repr=False)
    """The key of that certificate."""
    trusted: str = ""
    """The only authorities, or the one certificate, by which the receiver is known."""
