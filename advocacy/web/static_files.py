"""What the pages carry, styles and scripts: under addresses that change when any of it does.

So browsers may keep it for a year, and after an upgrade no page meets the styles of before.
"""

import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Response

_KEPT_SECONDS = 365 * 24 * 3600
_JOINED = "css/pages.css"
"""The sheet that goes out with those that it imports: a phone waits for each that it asks for."""
_IMPORT = re.compile(r'^@import "(.+)";$', re.MULTILINE)


def init_app(app: Flask, folder: Path) -> None:
    """Serve a folder under its version. Another version's address is answered, but not kept."""
    app.static_folder = str(folder)
    current = _version(folder)

    def static(version: str, filename: str) -> Response:
        is_joined = filename == _JOINED
        response = _joined(folder / filename) if is_joined else app.send_static_file(filename)
        if version == current:
            response.headers["Cache-Control"] = f"public, max-age={_KEPT_SECONDS}, immutable"
        else:
            response.headers["Cache-Control"] = "no-cache"
        return response

    app.add_url_rule("/static/<version>/<path:filename>", view_func=static)

    # A page draws dozens of icons: as many addresses to make anew take longer than the rest of it.
    app.jinja_env.globals["sprite"] = f"/static/{current}/icons.svg"

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values["version"] = current


def _joined(sheet: Path) -> Response:
    return Response(_text_joined(sheet), mimetype="text/css")


@cache
def _text_joined(sheet: Path) -> str:
    """Return a sheet with what it imports in place; what that refers to is relative to it."""
    return _IMPORT.sub(
        lambda found: (sheet.parent / found[1]).read_text("utf-8"), sheet.read_text("utf-8")
    )


@cache
def _version(folder: Path) -> str:
    """Return a short hash of the names and the contents of all files."""
    summed = sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            summed.update(str(path.relative_to(folder)).encode() + b"\0")
            summed.update(sha256(path.read_bytes()).digest())
    return summed.hexdigest()[:12]
