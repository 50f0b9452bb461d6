"""Reports that leave by themselves, and their runs."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables."""
