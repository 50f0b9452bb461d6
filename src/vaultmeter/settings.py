"""Settings of the whole program: name, type, default and help, read from the environment.

Each is an environment variable `VAULTMETER_NAME`, and the folder of the data also `--data`.
"""

from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What can be set, with defaults that work."""

    model_config = SettingsConfigDict(env_prefix="VAULTMETER_")

    data: Path = Field(default_factory=lambda: user_data_path("vaultmeter"))
    """The folder that holds inbox, archive and store."""
    chunk_bytes: int = Field(default=96 << 20, ge=1 << 10)
    """How much of a file is taken in at once, in bytes; memory use grows with it."""
    max_line_bytes: int = Field(default=1 << 20, ge=64)
    """A longer line is rejected."""
    max_depth: int = Field(default=64, ge=1)
    """A line nested deeper is rejected."""
    segment_bytes: int = Field(default=1 << 20, ge=1)
    """A batch that compresses to less waits in the inbox until a segment of 8 of these is full."""
    memory_limit: str = "1GB"
    """Memory of the store's engine; what is beyond it goes to temporary files."""
    threads: int = Field(default=0, ge=0)
    """Threads of the store's engine; 0 means as many as there are cores."""
    lock_wait: float = Field(default=2.0, ge=0)
    """Seconds to wait for another process that has the data folder."""
