"""A process that serves: it ends with its server, and is sparing of memory and of looks at it."""

import ctypes
import gc
import os
import signal
from contextlib import suppress
from multiprocessing import parent_process
from threading import Thread
from time import sleep

_LOOK_SECONDS = 1
_PATIENCE_SECONDS = 5
_NEW_OBJECTS = 20_000
_M_ARENA_MAX = -8  # as glibc's malloc.h numbers it
_ARENAS = 2


def end_with_the_server() -> None:
    """End this process when its server was killed: else nobody would ever stop it."""
    parent = parent_process()
    if parent is None or parent.pid is None:
        return  # nobody's worker

    def watch() -> None:
        while os.getppid() == parent.pid:
            parent.join(_LOOK_SECONDS)  # shorter when it ends: the next one needs the port
        # Once: told again while it finishes, granian waits for itself for ever, locks in hand.
        os.kill(os.getpid(), signal.SIGTERM)
        sleep(_PATIENCE_SECONDS)  # one that is still starting may not have heard
        os.kill(os.getpid(), signal.SIGKILL)

    Thread(target=watch, name="orphan watch", daemon=True).start()


def collect_less() -> None:
    """Let the garbage collector pass over the app, which stays, and come once in some pages.

    By default it comes several times in a page, and each time looks at part of the app.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)


def share_memory() -> None:
    """Let threads share where they take memory from: what one gives back, another uses.

    By default glibc keeps up to eight places a processor, and each grows to its own peak.
    """
    with suppress(AttributeError, OSError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
