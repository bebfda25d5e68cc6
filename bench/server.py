"""The production server, started for a measurement."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from advocacy.web import signing
from tests.servers import free_port


@contextmanager
def served(target: str, environ: dict[str, str], workers: int = 1) -> Iterator[str]:
    """Serve a WSGI factory with the production server and yield its address."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--factory",
        "--workers",
        str(workers),
    ]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--log-level", "error", target],
        env={**os.environ, **environ},
        stdout=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                httpx.get(f"{url}/static/mark.svg")
                break
            except httpx.TransportError:
                try:
                    process.wait(timeout=0.1)
                except subprocess.TimeoutExpired:
                    continue
                raise
        yield url
    finally:
        process.terminate()
        process.wait()


def signed_cookie(token: str, secret: str) -> str:
    """Return the cookie of a sign-in."""
    app = Flask("advocacy")
    app.secret_key = secret
    signing.init_app(app)
    assert isinstance(app.session_interface, SecureCookieSessionInterface)
    signer = app.session_interface.get_signing_serializer(app)
    assert signer is not None
    signed: str = signer.dumps({"_user_id": token, "_fresh": True})
    return signed
