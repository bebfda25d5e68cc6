"""The base of every form, and a domain error beside the field that it concerns."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from flask import abort, request
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import Field, SelectChoice  # type: ignore[attr-defined] # the stubs are older
from wtforms.fields import FileField

from advocacy.core.errors import DomainError
from advocacy.web.session import is_reading

__all__ = ["Form", "SelectChoice", "show_error"]


_OURS: Mapping[str, str] = MappingProxyType(
    {
        "Field cannot be longer than %(max)d character.": "%(length)d letters; up to %(max)d fit.",
        "Not a valid choice.": "Choose one of what is offered.",
        "Invalid Choice: could not coerce.": "Choose one of what is offered.",
        "Not a valid integer value.": "A number, please.",
    }
)
"""What we say where WTForms has words of its own."""


class _Words:
    """WTForms' words as ours; it asks as for a translation."""

    def gettext(self, text: str) -> str:
        return _OURS.get(text, text)

    def ngettext(self, one: str, several: str, count: int) -> str:
        return _OURS.get(one, one if count == 1 else several)


class Form(FlaskForm):
    """A form of ours: Flask-WTF's in our words, with a constructor that says its types."""

    class Meta:
        """Whom it asks for words, how it reads what is sent, how its fields are drawn."""

        def get_translations(self, _form: object) -> _Words:
            """Return our words."""
            return _Words()

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Take files for fields that ask for one, and text as it was typed for the others.

            Who types a new line counts it as one letter; a browser sends two. JSON is no form,
            though Flask-WTF would read it as one: its values need not be words.
            """
            if request.is_json and not is_reading():
                abort(415)
            given = super().wrap_formdata(form, formdata)  # type: ignore[misc] # WTForms mixes it in
            files = []
            if isinstance(given, CombinedMultiDict):
                files = [
                    (name, file)
                    for name, file in request.files.items(multi=True)
                    if isinstance(getattr(form, "_fields", {}).get(name), FileField)
                ]
                given = request.form
            if given is None:
                return None
            typed = [(name, text.replace("\r\n", "\n")) for name, text in given.items(multi=True)]
            return MultiDict([*files, *typed])

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Markup:
            """Draw a field that no browser cuts short: what is over would be lost unsaid."""
            drawn: Markup = super().render_field(  # type: ignore[misc] # WTForms mixes it in
                field, {"minlength": False, "maxlength": False, **render_kw}
            )
            return drawn

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)  # type: ignore[no-untyped-call]


F = TypeVar("F", bound=Form)


def show_error(form: F, error: DomainError, fields: Mapping[str, str] | None = None) -> F:
    """Put an error's words beside its field, or above the form when it has none.

    :param fields: the form's name of a field where the domain's differs.
    """
    name = (fields or {}).get(error.field or "", error.field or "")
    if name in form:
        form[name].errors = [*form[name].errors, error.message]
    else:
        form.form_errors.append(error.message)
    return form
