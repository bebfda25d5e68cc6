"""Addresses of our own: where a form may lead back to."""

from urllib.parse import urlsplit


def own_address(wanted: str | None, otherwise: str) -> str:
    """Return an address when it is a path of this house, else another one; never elsewhere."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return otherwise
    if any(ord(letter) < 32 for letter in wanted):
        return otherwise
    parts = urlsplit(wanted)
    return otherwise if parts.scheme or parts.netloc else wanted
