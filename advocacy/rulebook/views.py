"""The rules, version by version; new ones are tried on the last quarter, then set."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, stream_template, url_for
from flask.typing import ResponseReturnValue

from advocacy.core.errors import DomainError
from advocacy.core.time import day_of, last_day, month_of, now, shift_month, words_for_period
from advocacy.people.queries import names_of
from advocacy.points.queries import rule_book, rule_sets
from advocacy.points.rule_sets import MONTHS_AHEAD, NUMBERS, RuleSet, check, check_coming
from advocacy.points.rule_words import LABELS, priced, sentences
from advocacy.programme.queries import get_programme
from advocacy.recognition.trial import Progress, Trial, quarter_before, try_rules
from advocacy.rulebook.actions import set_rules, stamp_of
from advocacy.rulebook.forms import SetForm, TryForm
from advocacy.web.forms import show_error
from advocacy.web.session import database, db, end_turn
from advocacy.web.user import current_user as me

blueprint = Blueprint("rulebook", __name__)


@blueprint.get("/programme/rules")
def rules() -> ResponseReturnValue:
    """Show the rules in force, the versions, and the form to try others."""
    latest = rule_book(db()).versions[-1][1]
    form = TryForm(formdata=None, **latest.numbers())
    return _show(form)


def _show(form: TryForm, status: int = 200) -> ResponseReturnValue:
    this = month_of(day_of(now(), get_programme(db()).time_zone))
    form.offer(_coming(this))
    book, versions = rule_book(db()), rule_sets(db())
    in_force = book.of_month(this)
    page = render_template(
        "rulebook/rules.html",
        form=form,
        labels=LABELS,
        this_month=this,
        in_force=in_force.numbers(),
        priced=priced(in_force),
        sentences=sentences(in_force),
        versions=[
            (version, _differences(book.of_month(shift_month(version.from_month, -1)), version))
            for version in reversed(versions)
        ],
        names=names_of(db(), {version.set_by for version in versions if version.set_by}),
    )
    return page, status


def _differences(before: RuleSet, version: Any) -> list[tuple[str, int, int]]:
    """Return what a version changed: the number's name, what it was, and what it is."""
    return [
        (LABELS[name], points, getattr(version, name))
        for name, points in before.numbers().items()
        if getattr(version, name) != points
    ]


def _coming(this: str) -> list[tuple[str, str]]:
    months = [shift_month(this, ahead) for ahead in range(1, MONTHS_AHEAD + 1)]
    return [(month, words_for_period(month)) for month in months]


@blueprint.get("/programme/rules/try")
def try_() -> ResponseReturnValue:
    """Try numbers on the last quarter: the page grows while it works; leaving it ends the trial."""
    form = TryForm(formdata=request.args)
    today = day_of(now(), get_programme(db()).time_zone)
    form.offer(_coming(month_of(today)))
    if not form.validate():
        return _show(form, 422)
    tried, month = form.rules(), str(form.from_month.data)
    try:
        check_coming(month, today)
        check(tried)
    except DomainError as error:
        return _show(show_error(form, error), 422)
    seen = stamp_of(db())
    setting = SetForm(formdata=None, from_month=month, seen=seen, **tried.numbers())
    setting.offer(_coming(month_of(today)))
    end_turn()  # others need not wait for it
    answer = stream_template(
        "rulebook/try.html",
        steps=_steps(tried, quarter_before(today)),
        form=setting,
        month=month,
        period=quarter_before(today),
        last_month=month_of(last_day(quarter_before(today))),
        differences=_would_change(month, tried),
    )
    # A server in front that gathers a page before it hands it on would hide the progress.
    return answer, {"X-Accel-Buffering": "no"}


def _would_change(month: str, tried: RuleSet) -> list[tuple[str, int, int]]:
    """Return what rules would change from a month on: the names, what they are and would be."""
    numbers = rule_book(db()).of_month(month).numbers()
    return [
        (LABELS[name], before, after)
        for (name, before), after in zip(numbers.items(), tried.numbers().values(), strict=True)
        if before != after
    ]


def _steps(tried: RuleSet, period: str) -> Iterator[Progress | Trial]:
    with database().reading() as session:
        yield from try_rules(session, tried, period)


@blueprint.post("/programme/rules")
def set_() -> ResponseReturnValue:
    """Set the rules of a coming month."""
    form = SetForm()
    today = day_of(now(), get_programme(db()).time_zone)
    form.offer(_coming(month_of(today)))
    month = str(form.from_month.data)
    try:
        if not form.validate():
            return _refused(form)
        set_rules(
            db(),
            month,
            form.rules(),
            form.explanation.data or "",
            seen=form.seen.data or "",
            set_by=me.id,
            now=now(),
        )
    except DomainError as error:
        db().rollback()
        return _refused(show_error(form, error))
    flash(f"Set from {words_for_period(month)} on.")
    return redirect(url_for("rulebook.rules"))


def _refused(form: SetForm) -> ResponseReturnValue:
    form.seen.data = stamp_of(db())
    month = str(form.from_month.data)
    can_be = not any(form[name].errors for name in ("from_month", *NUMBERS))
    differences = _would_change(month, form.rules()) if can_be else None
    return render_template(
        "rulebook/set.html", form=form, month=month, differences=differences
    ), 422
