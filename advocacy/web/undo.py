"""Undo: a signed word that somebody did something just now."""

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

LASTS_SECONDS = 3600


def undo_word(*what: int) -> str:
    """Return a word that says who did what, by their numbers, and when."""
    return str(_signer().dumps(what))


def was_just_done(word: str, *what: int) -> bool:
    """Tell whether a word says that exactly this was done within the hour."""
    try:
        said: list[int] = _signer().loads(word, max_age=LASTS_SECONDS)
    except BadData:
        return False
    return said == list(what)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="undo")
