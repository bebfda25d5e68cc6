"""Serving the metrics, beside the pages."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from advocacy.config import Settings
from advocacy.core.errors import Unavailable

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # here the library looks for it, in the workers too
_MEMORY = Path("/dev/shm")  # noqa: S108 (the folder made in it is private)


@contextmanager
def metrics_served(settings: Settings) -> Iterator[None]:
    """Serve the metrics of all workers that are started meanwhile, where the settings say so.

    :raises Unavailable: when nothing can listen there, or there is no room for their files.
    """
    if settings.metrics_address is None:
        yield
        return
    host, port = settings.metrics_address
    with ExitStack() as end:
        try:
            folder = end.enter_context(_folder())
            os.environ[_FOLDER] = folder
            end.callback(os.environ.pop, _FOLDER)
            from prometheus_client import start_http_server

            from advocacy.app.metrics import registry

            server, _ = start_http_server(port, host, registry(settings, folder))
        except OSError as error:
            raise Unavailable(
                f"The metrics cannot be served at {settings.metrics}: {error.strerror or error}."
            ) from error
        end.callback(server.server_close)
        end.callback(server.shutdown)
        yield


def _folder() -> "tempfile.TemporaryDirectory[str]":
    """Return a fresh private folder, in memory where that can be.

    Files in it are mapped: a disk that is full would end whoever writes to one.
    """
    place = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    return tempfile.TemporaryDirectory(prefix="advocacy-metrics-", dir=place)
