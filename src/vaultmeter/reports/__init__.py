"""Questions. One `.sql` file, one report: its head says what it answers and what its columns are.

Files that start with `_` are parts of other answers and are not listed.
"""
