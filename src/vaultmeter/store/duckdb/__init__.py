"""The embedded engine: one DuckDB file, owned by one process, written by one thread."""
