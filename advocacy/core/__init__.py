"""Database, time and errors: no Flask, no table."""
