"""Roles, limits and the few sentences about persons."""

import re
import unicodedata
from enum import StrEnum

NAME_LENGTH = 120
EMAIL_LENGTH = 254
TITLE_LENGTH = 120
TEAM_LENGTH = 80
HEADLINE_LENGTH = 120
WORDS_LENGTH = 2000
PHOTO_BYTES = 5 * 1024 * 1024
PHOTO_PIXELS = 512
PHOTO_SOURCE_PIXELS = 50_000_000


class Role(StrEnum):
    """What a person may do; each may all that the one before may."""

    ADVOCATE = "advocate"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"

    @property
    def manages(self) -> bool:
        """Whether boards, content and recognition are this role's business."""
        return self is not Role.ADVOCATE

    @property
    def administers(self) -> bool:
        """Whether people, teams and settings are this role's business."""
        return self is Role.ADMINISTRATOR


def email_key(email: str) -> str:
    """Return an e-mail address as it is compared and kept: spaces around it and case aside."""
    return unicodedata.normalize("NFC", email).strip().casefold()


def clean_name(name: str) -> str:
    """Return a name with single spaces and none around it."""
    return " ".join(unicodedata.normalize("NFC", name).split())


_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
"""Kana, Han and Hangul."""


def words_of(*texts: str) -> set[str]:
    """Return the words of a name or an address by which somebody is found, case aside.

    In scripts that put no space between names, any letter may begin a word.
    """
    joined = unicodedata.normalize("NFC", " ".join(texts)).casefold()
    words = re.findall(r"[^\W_]+", joined)
    unspaced = {word[at:] for word in words if _UNSPACED.search(word) for at in range(len(word))}
    return {*words, *unspaced}


def team_key(name: str) -> str:
    """Return what decides whether two teams are the same: case and spaces aside."""
    return clean_name(name).casefold()


def called(name: str, preferred_name: str) -> str:
    """Return what a person is called: the preferred name, else the first word of the name."""
    return preferred_name or name.split(" ", 1)[0]
