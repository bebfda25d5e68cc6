"""A form that comes too late, whatever the reason: what was typed stays."""

from collections.abc import Mapping
from types import MappingProxyType

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from advocacy.app.sent_words import Sent, in_words
from advocacy.contacts.queries import contacts_by_number
from advocacy.core.errors import Conflict, Gone, NotFound
from advocacy.web import errors
from advocacy.web.numbers import contact_number
from advocacy.web.sent_forms import FIELD, SECRETS, SentBefore
from advocacy.web.session import db
from advocacy.web.user import current_user

_NOT_SENT_AGAIN = {"csrf_token", FIELD, *SECRETS}
_NOBODY: Mapping[int, str] = MappingProxyType({})


def expired_page() -> ResponseReturnValue:
    """Return the page for a form that expired: what was typed, and a way to send it again.

    To the sheet, when nobody is signed in, only a word: the sheet itself keeps what was typed.
    """
    if request.headers.get("X-Sheet") and not current_user.is_authenticated:
        return render_template("errors/signed_out.html"), 401
    return _to_send_again(400)


def owed_page() -> ResponseReturnValue:
    """Return the page for a form of somebody who has to do something else first."""
    if errors.wants_json():
        return errors.page(409, "There is something to do first. Open the portal.")
    return _to_send_again(409, owed="second step" if current_user.owes_factor else "terms")


def _to_send_again(
    status: int, *, sent_before: bool = False, owed: str = ""
) -> ResponseReturnValue:
    """Return what was typed as a page, and as a form with a key of its own."""
    fields = _fields()
    return (
        render_template(
            "errors/expired.html",
            fields=fields,
            words=_in_words(fields),
            action=request.path,
            sent_before=sent_before,
            owed=owed,
        ),
        status,
    )


def _fields() -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in _NOT_SENT_AGAIN
    ]


def _in_words(fields: list[tuple[str, str]]) -> list[Sent]:
    return in_words([Sent(*field) for field in fields], _names(fields))


def _names(fields: list[tuple[str, str]]) -> Mapping[int, str]:
    """Return the names of the contacts among the fields, those of who is signed in."""
    if not current_user.is_authenticated:
        return _NOBODY
    wanted = {
        number
        for name, value in fields
        if name == "contact" and (number := contact_number(value.strip())) is not None
    }
    return {
        number: contact.label
        for number, contact in contacts_by_number(db(), current_user.id, wanted).items()
    }


def init_app(app: Flask) -> None:
    """Answer a form that comes too late by what was typed into it."""

    @app.errorhandler(CSRFError)
    def expired(_error: CSRFError) -> ResponseReturnValue:
        return expired_page()

    @app.errorhandler(SentBefore)
    def sent_before(error: SentBefore) -> ResponseReturnValue:
        if errors.wants_json():
            return errors.page(409, error.message)
        return _to_send_again(409, sent_before=True)

    @app.errorhandler(NotFound)
    def not_found(error: NotFound) -> ResponseReturnValue:
        typed = _in_words(_fields())
        if isinstance(error, Gone):
            return errors.page(
                404, error.message, title="No longer here", typed=typed, back=error.back
            )
        return errors.page(404, error.message, typed=typed)

    @app.errorhandler(Conflict)
    def conflict(error: Conflict) -> ResponseReturnValue:
        return errors.page(409, error.message, typed=_in_words(_fields()), back=error.back)
