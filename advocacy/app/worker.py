"""A process that serves ends with the server that started it."""

import os
import signal
from threading import Thread
from time import sleep

_LOOK_SECONDS = 1


def end_with_the_server() -> None:
    """End this process when its server was killed: nobody would ever stop it else."""
    server = os.getppid()

    def watch() -> None:
        while os.getppid() == server:
            sleep(_LOOK_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=watch, name="orphan watch", daemon=True).start()
