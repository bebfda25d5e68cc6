"""Addresses of our own: where a form may lead back to."""

from urllib.parse import SplitResult, urlsplit

from flask import request


def own_address(wanted: str | None, otherwise: str) -> str:
    """Return an address when it is a path of this house, else another one; never elsewhere."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return otherwise
    if any(ord(letter) < 32 for letter in wanted):
        return otherwise
    parts = parts_of(wanted)
    return otherwise if parts.scheme or parts.netloc else wanted


def parts_of(address: str) -> SplitResult:
    """Return the parts of an address that somebody says, all empty when it is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def page_before(*, otherwise: str) -> str:
    """Return the page of ours that led here, as the browser says; else another one."""
    parts = parts_of(request.referrer or "")
    if parts.netloc != request.host or parts.path == request.path:
        return otherwise
    return own_address(parts.path + (f"?{parts.query}" if parts.query else ""), otherwise)
