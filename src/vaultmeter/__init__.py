"""Usage reports for secrets managers and password vaults."""

__version__ = "0.1.0"
