"""The administrator's pages: people, teams, settings, the audit trail."""

from datetime import date
from typing import Any
from zoneinfo import available_timezones

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from advocacy.admin import actions
from advocacy.admin.forms import NewPersonForm, PersonForm, SettingsForm, TeamForm, TermsForm
from advocacy.admin.queries import audit_lines
from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.auth.letters import post_link
from advocacy.auth.queries import has_password, invitation_of, invited_among, without_way_in
from advocacy.core.errors import DomainError, Invalid, NotFound
from advocacy.core.stale import stamp
from advocacy.core.time import day_of, now
from advocacy.factors.queries import factors_of
from advocacy.jobs.queries import is_a_job_in_trouble, jobs
from advocacy.jobs.rules import is_late
from advocacy.mail.folder import letters_folder
from advocacy.mail.queries import are_letters_in_trouble, letters, letters_by_state
from advocacy.mail.rules import KEPT, State
from advocacy.people import queries
from advocacy.people.models import Person
from advocacy.people.rules import Role
from advocacy.points.queries import last_closed_month
from advocacy.programme.queries import get_programme
from advocacy.terms.actions import publish
from advocacy.terms.queries import current_terms, every_version
from advocacy.web.fields import DayField
from advocacy.web.forms import show_error
from advocacy.web.paging import asked_page
from advocacy.web.session import db
from advocacy.web.user import current_user as me

blueprint = Blueprint("admin", __name__)

SEARCH_LENGTH = 120
LETTERS = {
    "waiting": (State.WAITING,),
    "bounced": (State.BOUNCED,),
    "given-up": (State.GIVEN_UP,),
    "gone": (State.SENT, State.FILED),
}
_LINK = "link_to_hand_over"


@blueprint.get("/programme")
def programme() -> ResponseReturnValue:
    """Show what an administrator looks after."""
    active, deactivated = queries.count_people(db())
    return render_template(
        "admin/programme.html",
        active=active,
        deactivated=deactivated,
        administrators=queries.count_administrators(db()),
        teams=queries.count_teams(db()),
        last_closed=last_closed_month(db()),
        something_failed=is_a_job_in_trouble(db(), now()) or are_letters_in_trouble(db(), now()),
    )


@blueprint.get("/programme/people")
def people() -> ResponseReturnValue:
    """List everybody, fifty a page, or those whom a search finds."""
    page = asked_page()
    search = request.args.get("q", "")[:SEARCH_LENGTH]
    found, total = queries.people_page(db(), limit=page.rows, offset=page.offset, search=search)
    return render_template(
        "admin/people.html",
        found=found,
        total=total,
        search=search,
        invited=invited_among(db(), [person.id for person in found], now()),
        without=len(without_way_in(db(), now())),
        page=page,
        links=page.links(has_more=page.offset + len(found) < total),
    )


@blueprint.get("/programme/people/new")
def add_person_page() -> ResponseReturnValue:
    """Show the form for somebody new."""
    today = day_of(now(), get_programme(db()).time_zone)
    return _show_new(NewPersonForm(joined=today))


def _show_new(form: NewPersonForm, status: int = 200) -> ResponseReturnValue:
    form.offer([(team.id, team.name) for team in queries.teams(db())])
    return render_template("admin/new_person.html", form=form), status


@blueprint.post("/programme/people/new")
def add_person() -> ResponseReturnValue:
    """Add somebody, and show the one-time link to hand over."""
    form = NewPersonForm()
    if not form.validate():
        return _show_new(form, 422)
    try:
        person, code = actions.add_person(
            db(),
            email=form.email.data or "",
            name=form.name.data or "",
            title=form.title.data or "",
            team_id=_team_number(form.team.data or ""),
            role=form.role.data or "",
            joined=_day(form.joined),
            actor_id=me.id,
            now=now(),
        )
    except DomainError as error:
        db().rollback()
        return _show_new(show_error(form, error), 422)
    return _hand_over(person, code)


def _hand_over(person: Person, code: str) -> ResponseReturnValue:
    """Lead to the person's page, which shows the link once."""
    session[_LINK] = [person.id, code]
    return redirect(url_for("admin.person", person=person.id, _anchor="link"))


def _day(field: DayField) -> date:
    if field.data is None:
        raise Invalid("A day, please.", field=field.name)
    return field.data


def _team_number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Invalid("There is no such team.", field="team")
    return int(text)


@blueprint.get("/programme/people/<int:person>")
def person(person: int) -> ResponseReturnValue:
    """Show somebody, for changing."""
    about = queries.get_person(db(), person)
    waiting = session.get(_LINK)
    link = ""
    if waiting and waiting[0] == person:
        del session[_LINK]
        link = _whole_address("auth.welcome", code=waiting[1])
    return _show_person(about, _form_of(about), link=link)


def _form_of(about: Person) -> PersonForm:
    return PersonForm(
        formdata=None,
        name=about.name,
        title=about.title,
        team=str(about.team_id or ""),
        role=about.role,
        joined=about.joined,
        seen=stamp(*actions.said_of(about)),
    )


def _show_person(
    about: Person, form: PersonForm, status: int = 200, link: str = "", refused: str = ""
) -> ResponseReturnValue:
    form.offer([(team.id, team.name) for team in queries.teams(db())])
    return render_template(
        "admin/person.html",
        person=about,
        form=form,
        link=link,
        refused=refused,
        invitation=invitation_of(db(), about.id, now()),
        welcomed=has_password(db(), about.id),
        factors=factors_of(db(), about.id),
        sends=current_app.config["ADVOCACY"].mail_url is not None,
    ), status


@blueprint.post("/programme/people/<int:person>")
def change_person(person: int) -> ResponseReturnValue:
    """Change what is said of somebody."""
    form = PersonForm()
    if not form.validate():
        return _show_person(queries.get_person(db(), person), form, 422)
    try:
        about = actions.change_person(
            db(),
            person,
            seen=form.seen.data or "",
            name=form.name.data or "",
            title=form.title.data or "",
            team_id=_team_number(form.team.data or ""),
            role=form.role.data or "",
            joined=_day(form.joined),
            actor_id=me.id,
            now=now(),
        )
    except NotFound as error:
        if error.field is None:
            raise
        return _refused(person, form, error)
    except DomainError as error:
        return _refused(person, form, error)
    flash(f"Kept what you changed of {about.name}.")
    if about.id == me.id and not Role(about.role).administers:
        return redirect("/")
    return redirect(url_for("admin.person", person=person))


def _refused(person: int, form: PersonForm, error: DomainError) -> ResponseReturnValue:
    db().rollback()
    about = queries.fresh_person(db(), person)
    form.seen.data = stamp(*actions.said_of(about))
    return _show_person(about, show_error(form, error), 422)


@blueprint.post("/programme/people/<int:person>/deactivate")
def deactivate(person: int) -> ResponseReturnValue:
    """Deactivate somebody; the sign-ins end at once."""
    try:
        about = actions.deactivate(db(), person, actor_id=me.id, now=now())
    except NotFound:
        raise
    except DomainError as error:
        db().rollback()
        about = queries.fresh_person(db(), person)
        return _show_person(about, _form_of(about), 422, refused=error.message)
    flash(f"{about.name} is deactivated. What was logged stays.")
    return redirect(url_for("admin.person", person=person))


@blueprint.post("/programme/people/<int:person>/activate")
def activate(person: int) -> ResponseReturnValue:
    """Let somebody in again."""
    about = actions.activate(db(), person, actor_id=me.id, now=now())
    flash(f"{about.name} can sign in again.")
    return redirect(url_for("admin.person", person=person))


@blueprint.post("/programme/people/<int:person>/link")
def link(person: int) -> ResponseReturnValue:
    """Make a new one-time link and show it once."""
    try:
        about, code = actions.new_link(db(), person, actor_id=me.id, now=now())
    except NotFound:
        raise
    except DomainError as error:
        db().rollback()
        flash(error.message, "caution")
        return redirect(url_for("admin.person", person=person))
    return _hand_over(about, code)


@blueprint.post("/programme/people/<int:person>/invite")
def invite(person: int) -> ResponseReturnValue:
    """Send somebody a letter with a one-time link; the link before ends."""
    try:
        about, code = actions.invite(db(), person, actor_id=me.id, now=now())
        post_link(db(), about, code, "invitation")
    except NotFound:
        raise
    except DomainError as error:
        db().rollback()
        flash(error.message, "caution")
        return redirect(url_for("admin.person", person=person))
    flash(f"A letter to {about.name} is on its way.")
    return redirect(url_for("admin.person", person=person))


@blueprint.post("/programme/people/invite")
def invite_all() -> ResponseReturnValue:
    """Send a letter to everybody who can get in by nothing yet."""
    sent, unreachable = 0, []
    for about, code in actions.invite_all(db(), actor_id=me.id, now=now()):
        try:
            post_link(db(), about, code, "invitation")
            sent += 1
        except Invalid:
            unreachable.append(about.name)
    flash(f"{sent} letters are on their way." if sent != 1 else "One letter is on its way.")
    if unreachable:
        flash(f"No letter can go to: {', '.join(unreachable[:5])}. Make a link.", "caution")
    return redirect(url_for("admin.people"))


@blueprint.post("/programme/people/<int:person>/withdraw")
def withdraw_invitation(person: int) -> ResponseReturnValue:
    """Withdraw somebody's invitation."""
    about = actions.withdraw(db(), person, actor_id=me.id, now=now())
    flash(f"The invitation of {about.name} opens nothing any more.")
    return redirect(url_for("admin.person", person=person))


@blueprint.post("/programme/people/<int:person>/factors")
def forget_factors(person: int) -> ResponseReturnValue:
    """Remove the second step of somebody who lost it."""
    about = actions.forget_factors(db(), person, actor_id=me.id, now=now())
    flash(f"{about.name} signs in with the password alone and was signed out everywhere.")
    if about.id == me.id:
        return redirect("/")
    return redirect(url_for("admin.person", person=person))


@blueprint.get("/programme/terms")
def terms() -> ResponseReturnValue:
    """Show the terms, version by version."""
    holds = current_terms(db())
    return _show_terms(TermsForm(text=holds.text if holds else ""))


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
        published = publish(db(), form.text.data or "", published_by=me.id, now=now())
    except DomainError as error:
        db().rollback()
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
            zones=sorted(available_timezones()),
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
            first_day=_day(form.first_day),
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


@blueprint.get("/programme/audit")
def audit() -> ResponseReturnValue:
    """Show who did what, latest first."""
    page = asked_page()
    action = request.args.get("action", "")
    if action and action not in set(Action):
        raise NotFound("The trail knows no such thing.")
    lines = audit_lines(db(), limit=page.rows + 1, offset=page.offset, action=action)
    return render_template(
        "admin/audit.html",
        lines=lines[: page.rows],
        action=action,
        every=list(Action),
        page=page,
        links=page.links(has_more=len(lines) > page.rows),
    )


@blueprint.get("/programme/work")
def work() -> ResponseReturnValue:
    """Show the last runs of each job, and the letters."""
    page = asked_page()
    wanted = request.args.get("letters", "waiting")
    if wanted not in LETTERS:
        raise NotFound("There are no such letters.")
    counts = letters_by_state(db())
    found = letters(db(), LETTERS[wanted], limit=page.rows, offset=page.offset)
    total = sum(counts[state] for state in LETTERS[wanted])
    return render_template(
        "admin/work.html",
        jobs=jobs(db()),
        found=found,
        wanted=wanted,
        counts={name: sum(counts[state] for state in states) for name, states in LETTERS.items()},
        total=total,
        folder=letters_folder(current_app.config["ADVOCACY"]),
        kept_days=KEPT.days,
        is_late=is_late,
        at=now(),
        page=page,
        links=page.links(has_more=page.offset + len(found) < total),
    )


@blueprint.post("/programme/work/letter")
def try_letters() -> ResponseReturnValue:
    """Write a letter to oneself, to see whether letters arrive."""
    try:
        actions.write_trial_letter(db(), me.person, _whole_address("admin.work"), now())
    except Invalid as error:
        db().rollback()
        flash(error.message, "caution")
    else:
        flash("A letter to you is on its way.")
    return redirect(url_for("admin.work"))


def _whole_address(endpoint: str, **values: Any) -> str:
    address: str = current_app.config["ADVOCACY"].base_url + url_for(endpoint, **values)
    return address
