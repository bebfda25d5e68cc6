"""A worker ends with its server, however that ends, and at once: the next one needs the port."""

import os
import select
import signal
import subprocess
import sys

SECONDS = 60
SERVER = """
from multiprocessing import get_context
from tests.app.test_worker import work

one = get_context("fork").Process(target=work)
one.start()
one.join()
"""


def work() -> None:
    """Be a worker that hardly ever looks for its server, and has not finished when it should."""
    from advocacy.app import worker  # here: the server needs none of it

    worker._LOOK_SECONDS, worker._PATIENCE_SECONDS = SECONDS * 10, 0
    signal.signal(signal.SIGTERM, lambda *_: os.write(1, b"told\n"))
    worker.end_with_the_server()
    os.write(1, f"{os.getpid()}\n".encode())
    while True:
        signal.pause()


def test_a_worker_whose_server_was_killed_is_told_once_and_then_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        ended = os.pidfd_open(int(server.stdout.readline()))
        server.kill()
        assert select.select([ended], [], [], SECONDS)[0], "it is still there"
        os.close(ended)
        assert server.stdout.read() in (b"told\n", b"")  # killed before it could say so
