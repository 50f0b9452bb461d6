"""Numbered scripts that bring an inbox of an older version up to date, keeping its data."""
