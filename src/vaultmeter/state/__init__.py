"""What people have decided: definitions, limits, groups of accounts, retention.

Small and transactional, unlike the events. It is kept in SQLite beside them.
"""
