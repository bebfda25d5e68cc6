"""Secret codes: the database keeps only their hash, so that a copy of it opens nothing."""

import hashlib


def hashed(code: str) -> str:
    """Return what is kept of a code or a token of at least 112 random bits: its SHA-256."""
    return hashlib.sha256(code.encode()).hexdigest()
