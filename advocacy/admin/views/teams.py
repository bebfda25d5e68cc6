"""Teams."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from advocacy.admin import actions
from advocacy.admin.forms import TeamForm
from advocacy.admin.views.blueprint import blueprint
from advocacy.core.errors import DomainError, NotFound
from advocacy.core.stale import stamp
from advocacy.core.time import now
from advocacy.people import queries
from advocacy.web.forms import show_error
from advocacy.web.paging import asked_page
from advocacy.web.session import db
from advocacy.web.user import current_user as me


@blueprint.get("/programme/teams")
def teams() -> ResponseReturnValue:
    """List the teams."""
    return _show_teams(TeamForm())


def _show_teams(
    form: TeamForm,
    status: int = 200,
    renamed: int | None = None,
    rename_form: TeamForm | None = None,
) -> ResponseReturnValue:
    page = asked_page()
    every = queries.teams(db())
    return (
        render_template(
            "admin/teams.html",
            form=form,
            teams=every[page.offset : page.offset + page.rows],
            total=len(every),
            sizes=queries.team_sizes(db()),
            stamp=stamp,
            renamed=renamed,
            rename_form=rename_form,
            page=page,
            links=page.links(has_more=len(every) > page.offset + page.rows),
        ),
        status,
    )


@blueprint.post("/programme/teams")
def add_team() -> ResponseReturnValue:
    """Add a team."""
    form = TeamForm()
    if not form.validate():
        return _show_teams(form, 422)
    try:
        team = actions.add_team(db(), form.name.data or "", actor_id=me.id, now=now())
    except DomainError as error:
        db().rollback()
        return _show_teams(show_error(form, error, {"team": "name"}), 422)
    flash(f"{team.name} is here now.")
    return redirect(url_for("admin.teams"))


@blueprint.post("/programme/teams/<int:team>")
def rename_team(team: int) -> ResponseReturnValue:
    """Rename a team."""
    form = TeamForm()
    try:
        if form.validate():
            renamed = actions.rename_team(
                db(),
                team,
                form.name.data or "",
                seen=form.seen.data or "",
                actor_id=me.id,
                now=now(),
            )
            flash(f"It is called {renamed.name} now.")
            return redirect(url_for("admin.teams"))
    except NotFound:
        raise
    except DomainError as error:
        db().rollback()
        show_error(form, error)
    known = queries.get_team(db(), team)
    form.seen.data = stamp(known.name)
    return _show_teams(TeamForm(formdata=None), 422, known.id, form)
