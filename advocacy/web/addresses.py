"""Addresses of our own: where a form may lead back to."""

from urllib.parse import urlsplit

from flask import request


def own_address(wanted: str | None, otherwise: str) -> str:
    """Return an address when it is a path of this house, else another one; never elsewhere."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return otherwise
    if any(ord(letter) < 32 for letter in wanted):
        return otherwise
    parts = urlsplit(wanted)
    return otherwise if parts.scheme or parts.netloc else wanted


def page_before(*, otherwise: str) -> str:
    """Return the page of ours that led here, as the browser says; else another one."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host or parts.path == request.path:
        return otherwise
    return own_address(parts.path + (f"?{parts.query}" if parts.query else ""), otherwise)
