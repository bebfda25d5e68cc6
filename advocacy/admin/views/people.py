"""People: adding, changing, inviting, deactivating."""

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from advocacy.admin import actions
from advocacy.admin.forms import SEARCH_LENGTH, NewPersonForm, PersonForm
from advocacy.admin.views.blueprint import blueprint, day_of_field, whole_address
from advocacy.auth.letters import post_link
from advocacy.auth.queries import count_without_way_in, has_password, invitation_of, invited_among
from advocacy.conversations.queries import count_counted
from advocacy.core.errors import DomainError, Invalid, NotFound
from advocacy.core.stale import stamp
from advocacy.core.time import day_of, now
from advocacy.factors.queries import factors_of
from advocacy.people import queries
from advocacy.people.models import Person
from advocacy.people.rules import Role
from advocacy.people.searching import people_page
from advocacy.programme.queries import get_programme
from advocacy.web.forms import show_error
from advocacy.web.numbers import row_number
from advocacy.web.paging import asked_page
from advocacy.web.session import db, let_go, short_write
from advocacy.web.user import current_user as me

_LINK = "link_to_hand_over"


@blueprint.get("/programme/people")
def people() -> ResponseReturnValue:
    """List everybody, fifty a page, or those whom a search finds."""
    page = asked_page()
    search = request.args.get("q", "")[:SEARCH_LENGTH]
    found, total, has_more = people_page(db(), limit=page.rows, offset=page.offset, search=search)
    return render_template(
        "admin/people.html",
        found=found,
        total=total,
        search=search,
        invited=invited_among(db(), [person.id for person in found], now()),
        without=0 if search else count_without_way_in(db(), now()),
        page=page,
        links=page.links(has_more=has_more),
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
        person = actions.add_person(
            db(),
            email=form.email.data or "",
            name=form.name.data or "",
            title=form.title.data or "",
            team_id=_team_number(form.team.data or ""),
            role=form.role.data or "",
            joined=day_of_field(form.joined),
            actor_id=me.id,
            now=now(),
        )
    except DomainError as error:
        db().rollback()
        return _show_new(show_error(form, error), 422)
    return _hand_over(*actions.new_link(db(), person.id, actor_id=me.id, now=now()))


def _hand_over(person: Person, code: str) -> ResponseReturnValue:
    """Lead to the person's page, which shows the link once."""
    session[_LINK] = [person.id, code]
    return redirect(url_for("admin.person", person=person.id, _anchor="link"))


def _team_number(text: str) -> int | None:
    if not text:
        return None
    if (number := row_number(text)) is None:
        raise Invalid("There is no such team.", field="team")
    return number


@blueprint.get("/programme/people/<int:person>")
def person(person: int) -> ResponseReturnValue:
    """Show somebody, for changing."""
    about = queries.get_person(db(), person)
    waiting = session.get(_LINK)
    link = ""
    if waiting and waiting[0] == person:
        del session[_LINK]
        link = whole_address("auth.welcome", code=waiting[1])
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
        is_only_administrator=Role(about.role).administers
        and about.deactivated_at is None
        and queries.count_administrators(db()) == 1,
        sends=current_app.config["ADVOCACY"].mail_url is not None,
    ), status


@blueprint.post("/programme/people/<int:person>")
def change_person(person: int) -> ResponseReturnValue:
    """Change what is said of somebody."""
    form = PersonForm()
    if not form.validate():
        return _show_person(queries.get_person(db(), person), form, 422)
    counted = count_counted(db(), person)
    try:
        about = actions.change_person(
            db(),
            person,
            seen=form.seen.data or "",
            name=form.name.data or "",
            title=form.title.data or "",
            team_id=_team_number(form.team.data or ""),
            role=form.role.data or "",
            joined=day_of_field(form.joined),
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
    if lost := max(0, counted - count_counted(db(), person)):
        talks = "1 conversation lies" if lost == 1 else f"{lost} conversations lie"
        flash(
            f"{talks} before {about.called} joined now: remembered, but without points. "
            "With the day of before they count again.",
            "caution",
        )
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
        letter = "forgotten" if has_password(db(), about.id) else "invitation"
        post_link(db(), about, code, letter)
    except NotFound:
        raise
    except DomainError as error:
        db().rollback()
        flash(error.message, "caution")
        return redirect(url_for("admin.person", person=person))
    flash(f"A letter to {about.name} is on its way.")
    return redirect(url_for("admin.person", person=person))


def _on_their_way(letters: int) -> str:
    if not letters:
        return "Everybody has a way in, or a letter already."
    return f"{letters} letters are on their way." if letters > 1 else "One letter is on its way."


@blueprint.post("/programme/people/invite")
def invite_all() -> ResponseReturnValue:
    """Send a letter to everybody who can get in by nothing yet."""
    sent, unreachable, is_somebody_left = 0, [], True
    let_go()
    while is_somebody_left:
        with short_write() as some:
            invited = actions.invite_some(some, actor_id=me.id, now=now())
            for about, code in invited:
                try:
                    post_link(some, about, code, "invitation")
                    sent += 1
                except Invalid:
                    unreachable.append(about.name)
        is_somebody_left = bool(invited)
    if sent or not unreachable:
        flash(_on_their_way(sent))
    if unreachable:
        named = ", ".join(name[:60] for name in unreachable[:5])  # for it travels in the cookie
        flash(f"No letter can go to: {named}. Make a link.", "caution")
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
    about, _ = actions.forget_factors(db(), person, actor_id=me.id, now=now())
    flash(f"{about.name} signs in with the password alone and was signed out everywhere.")
    return redirect(url_for("admin.person", person=person))
