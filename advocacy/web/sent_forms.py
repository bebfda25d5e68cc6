"""Forms sent twice are carried out once: the same again answers as before."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any, cast
from uuid import uuid4

from flask import Flask, Response, abort, g, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from advocacy.core.codes import hashed
from advocacy.core.errors import Conflict
from advocacy.core.statements import built_once
from advocacy.core.time import now
from advocacy.web.models import SentForm
from advocacy.web.session import db, let_go
from advocacy.web.user import current_user

FIELD = "form_key"
_KEY_LENGTH = 64
SECRETS = frozenset({"password", "repeated", "current"})
"""What is kept as a slow hash or not at all, so not here either."""


class SentBefore(Conflict):
    """This form was carried out before, with other words."""


def new_key() -> str:
    """Return a fresh key for a form."""
    return uuid4().hex


def digest_of_request() -> str:
    """Return a hash of what was sent; the key, the CSRF token and passwords aside."""
    fields = sorted(
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in (FIELD, "csrf_token") and name not in SECRETS
    )
    files = [
        (name, file.filename or "", hashlib.sha256(file.read()).hexdigest(), file.seek(0))
        for name, file in request.files.items(multi=True)
    ]
    sent = json.dumps([request.path, fields, files])
    return hashlib.sha256(sent.encode()).hexdigest()


def _claim(session: Session, key: str, digest: str, at: datetime) -> bool:
    """Write the key down first; another that sends it at the same moment waits here."""
    claimed = session.connection().scalar(
        _claiming(session.get_bind().dialect.name),
        {"key": key, "person_id": _person_id(), "digest": digest, "location": "", "sent_at": at},
    )
    return claimed is not None


@cache
def _claiming(dialect: str) -> Any:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(SentForm).on_conflict_do_nothing().returning(SentForm.key)


@built_once
def _leads_to(sent: str, where: str) -> Any:
    return update(SentForm).where(SentForm.key == sent).values(location=where)


@contextmanager
def holding_nothing() -> Iterator[None]:
    """Let what takes its time hold no lock: this request's session ends undone, as `let_go` says.

    The form is claimed once more behind it. Who sent it meanwhile and came first carries it out,
    and this request is answered like that one.
    """
    let_go()
    yield
    claimed = g.pop("sent_form", None)
    answer = _answer_as_before(*claimed) if claimed else None
    if answer is not None:
        abort(answer)


def _answer_as_before(key: str, digest: str) -> Response | None:
    """Claim a form for this request, or return the answer that it had when it was carried out.

    :raises SentBefore: when that was with other words.
    """
    if _claim(db(), key, digest, now()):
        g.sent_form = key, digest
        return None
    earlier = db().get(SentForm, key)
    if earlier is None or earlier.person_id != _person_id() or earlier.digest != digest:
        raise SentBefore("This form was sent before with other words.")
    return cast(Response, redirect(earlier.location or "/"))


def is_first_use(session: Session, secret: str, at: datetime) -> bool:
    """Tell whether a secret is used for the first time, and write down that it was.

    Remembered as long as the cookie lasts in which it came.
    """
    key = hashed(secret)
    return _claim(session, key, key, at)


def _person_id() -> int | None:
    number: int | None = getattr(current_user, "id", None)
    return number


def init_app(app: Flask) -> None:
    """Answer a form that was carried out before as it was answered then."""

    @app.before_request
    def answer_as_before() -> ResponseReturnValue | None:
        key = request.form.get(FIELD, "") if request.method == "POST" else ""
        if not key or len(key) > _KEY_LENGTH or "\0" in key:
            return None
        return _answer_as_before(key, digest_of_request())

    @app.after_request
    def remember_where(response: Response) -> Response:
        key, _ = g.get("sent_form", ("", ""))
        if key and response.location:
            where = response.location if len(response.location) <= 2000 else "/"
            db().connection().execute(*_leads_to(key, where))
        return response

    app.jinja_env.globals["form_key"] = new_key
