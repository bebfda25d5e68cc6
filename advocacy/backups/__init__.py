"""Backups: the whole database in one archive that either engine can read."""
