"""The programme's settings and its terms."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from advocacy.admin import actions
from advocacy.admin.forms import SettingsForm, TermsForm
from advocacy.admin.views.blueprint import blueprint, day_of_field
from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.core.errors import DomainError
from advocacy.core.stale import stamp
from advocacy.core.time import now, time_zones
from advocacy.people import queries
from advocacy.points.queries import last_closed_month
from advocacy.programme.queries import get_programme
from advocacy.terms.actions import publish, stamp_of
from advocacy.terms.queries import current_terms, every_version
from advocacy.web.forms import show_error
from advocacy.web.session import db
from advocacy.web.user import current_user as me


@blueprint.get("/programme/settings")
def settings_page() -> ResponseReturnValue:
    """Show the programme's settings."""
    known = get_programme(db())
    form = SettingsForm(
        name=known.name,
        time_zone=known.time_zone,
        first_day=known.first_day,
        second_step_required=known.second_step_required,
        seen=stamp(*actions.settings_of(known)),
    )
    return _show_settings(form)


def _show_settings(form: SettingsForm, status: int = 200) -> ResponseReturnValue:
    return (
        render_template(
            "admin/settings.html",
            form=form,
            known=get_programme(db()),
            zones=time_zones(),
            last_closed=last_closed_month(db()),
        ),
        status,
    )


@blueprint.post("/programme/settings")
def settings() -> ResponseReturnValue:
    """Change the programme's settings."""
    form = SettingsForm()
    if not form.validate():
        return _show_settings(form, 422)
    try:
        actions.change_settings(
            db(),
            seen=form.seen.data or "",
            name=form.name.data or "",
            time_zone=form.time_zone.data or "",
            first_day=day_of_field(form.first_day),
            second_step_required=bool(form.second_step_required.data),
            actor_id=me.id,
            now=now(),
        )
    except DomainError as error:
        db().rollback()
        known = get_programme(db())
        form.seen.data = stamp(*actions.settings_of(known))
        return _show_settings(show_error(form, error), 422)
    flash("Kept.")
    return redirect(url_for("admin.settings_page"))


@blueprint.get("/programme/terms")
def terms() -> ResponseReturnValue:
    """Show the terms, version by version."""
    holds = current_terms(db())
    return _show_terms(TermsForm(text=holds.text if holds else "", seen=stamp_of(holds)))


def _show_terms(form: TermsForm, status: int = 200) -> ResponseReturnValue:
    active, _ = queries.count_people(db())
    return render_template(
        "admin/terms.html", form=form, versions=every_version(db()), active=active
    ), status


@blueprint.post("/programme/terms")
def publish_terms() -> ResponseReturnValue:
    """Publish a new version of the terms."""
    form = TermsForm()
    if not form.validate():
        return _show_terms(form, 422)
    try:
        published = publish(
            db(),
            form.text.data or "",
            seen=form.seen.data or "",
            published_by=me.id,
            now=now(),
        )
    except DomainError as error:
        db().rollback()
        form.seen.data = stamp_of(current_terms(db()))
        return _show_terms(show_error(form, error), 422)
    note(
        db(),
        Action.TERMS_PUBLISHED,
        actor_id=me.id,
        detail=f"version {published.version}",
        now=now(),
    )
    flash("Published. Everybody is asked at the next page.")
    return redirect(url_for("admin.terms"))
