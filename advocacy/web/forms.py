"""The base of every form, and a domain error beside the field that it concerns."""

from collections.abc import Mapping
from typing import Any, TypeVar

from flask_wtf import FlaskForm
from wtforms import SelectChoice  # type: ignore[attr-defined] # the stubs are older

from advocacy.core.errors import DomainError

__all__ = ["Form", "SelectChoice", "show_error"]


class Form(FlaskForm):
    """A form of ours: Flask-WTF's, with a constructor that says its types."""

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
