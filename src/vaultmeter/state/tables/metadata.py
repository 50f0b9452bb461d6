"""What all tables of the state belong to."""

from sqlalchemy import MetaData

METADATA = MetaData()
