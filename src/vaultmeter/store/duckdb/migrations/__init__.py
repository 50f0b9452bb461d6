"""Numbered scripts that bring a database of an older version up to date, keeping its data."""
