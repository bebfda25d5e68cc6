"""Statements that are built once: for what is asked often, building takes longer than asking."""

from collections.abc import Callable
from functools import cache, wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import bindparam

_P = ParamSpec("_P")
_S = TypeVar("_S")


def built_once(build: Callable[_P, _S]) -> Callable[_P, tuple[_S, dict[str, Any]]]:
    """Return what gives a statement and its values: ``session.execute(*_of_month(who, month))``.

    :param build: builds the statement. It is called once, with the database's parameters in place
        of values: it puts them into the statement and never looks at them.
    """
    names = signature(build)

    @cache
    def statement() -> _S:
        with_parameters: Any = build
        built: _S = with_parameters(**{name: bindparam(name) for name in names.parameters})
        return built

    @wraps(build)
    def with_values(*values: _P.args, **named: _P.kwargs) -> tuple[_S, dict[str, Any]]:
        return statement(), names.bind(*values, **named).arguments

    return with_values
