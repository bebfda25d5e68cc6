"""Staff profiles: one's own, those of colleagues, and what a manager proposes."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.core.errors import DomainError, Invalid, NotFound
from advocacy.core.stale import check_stamp, stamp
from advocacy.core.time import now
from advocacy.people import actions, queries
from advocacy.people.forms import CalledForm, ProposeForm
from advocacy.people.models import Person, ProfileVersion
from advocacy.people.photos import small_jpeg
from advocacy.people.searching import people_page
from advocacy.web.forms import show_error
from advocacy.web.numbers import row_number
from advocacy.web.paging import asked_page
from advocacy.web.sent_forms import holding_nothing
from advocacy.web.session import db
from advocacy.web.user import current_user as me

blueprint = Blueprint("people", __name__)

SEARCH_LENGTH = 120


@blueprint.get("/profile")
def profile() -> ResponseReturnValue:
    """Show one's own profile: what colleagues see, what waits for a yes, what one is called."""
    person = queries.get_person(db(), me.id)
    form = CalledForm(
        preferred_name=person.preferred_name,
        say_it=person.say_it,
        seen=stamp(person.preferred_name, person.say_it),
    )
    return _show_own(person, form)


def _show_own(person: Person, form: CalledForm, status: int = 200) -> ResponseReturnValue:
    shown = queries.shown_profile(db(), person.id)
    waiting = queries.proposed_profile(db(), person.id)
    return (
        render_template(
            "people/profile.html",
            person=person,
            form=form,
            agreed=shown,
            waiting=waiting,
            proposer=_proposer(waiting),
        ),
        status,
    )


def _proposer(version: ProfileVersion | None) -> str:
    if version is None or version.proposed_by is None:
        return ""
    return queries.names_of(db(), [version.proposed_by]).get(version.proposed_by, "")


@blueprint.post("/profile")
def change_profile() -> ResponseReturnValue:
    """Change what one is called."""
    form = CalledForm()
    queries.hold_person(db(), me.id)
    person = queries.fresh_person(db(), me.id)
    if not form.validate():
        return _show_own(person, form, 422)
    before = (person.preferred_name, person.say_it)
    try:
        check_stamp(form.seen.data or "", *before)
        actions.change_called(
            db(),
            person,
            preferred_name=form.preferred_name.data or "",
            say_it=form.say_it.data or "",
        )
    except DomainError as error:
        db().rollback()
        form.seen.data = stamp(*before)
        return _show_own(queries.fresh_person(db(), me.id), show_error(form, error), 422)
    if (person.preferred_name, person.say_it) != before:
        _note(Action.PERSON_CHANGED, me.id, "what to call")
    flash(f"Kept. You are {person.called} here.")
    return redirect(url_for("people.profile"))


@blueprint.post("/profile/versions/<int:version>/agree")
def agree(version: int) -> ResponseReturnValue:
    """Say yes to a version: from now on it is what colleagues see."""
    try:
        if actions.agree_to_profile(db(), me.id, version, now()):
            _note(Action.PROFILE_AGREED, me.id, f"version {version}")
    except NotFound:
        raise
    except DomainError as error:
        db().rollback()
        flash(error.message, "caution")
    else:
        flash("Colleagues see it now. You can take it down at any time.")
    return redirect(url_for("people.profile"))


@blueprint.post("/profile/withdraw")
def withdraw() -> ResponseReturnValue:
    """Say no to the version that is named; without one, show nothing at all any more."""
    named = request.form.get("version", "")
    try:
        if named:
            changed = actions.decline_profile(db(), me.id, _number(named), now())
        else:
            changed = actions.withdraw_profile(db(), me.id, now())
        if changed:
            _note(Action.PROFILE_WITHDRAWN, me.id, "declined" if named else "taken down")
    except NotFound:
        raise
    except DomainError as error:
        db().rollback()
        flash(error.message, "caution")
    else:
        flash("It will not be shown." if named else "Colleagues do not see it any more.")
    return redirect(url_for("people.profile"))


def _number(text: str) -> int:
    if (number := row_number(text)) is None:
        raise NotFound("There is no such version of your profile.")
    return number


@blueprint.get("/profile/versions/<int:version>/photo")
def proposed_photo(version: int) -> ResponseReturnValue:
    """Return the photo of a version that waits or is shown, to whom it is about or a manager."""
    found = queries.get_live_version(db(), version)
    if found.person_id != me.id and not me.role.manages:
        raise NotFound("There is no such photo.")
    return _photo(queries.photo_of_version(db(), version))


@blueprint.get("/profiles")
def profiles() -> ResponseReturnValue:
    """List colleagues who show a profile; a manager may list everybody."""
    if me.role.manages and request.args.get("everybody"):
        return _everybody()
    page = asked_page()
    found = queries.shown_profiles(db(), limit=page.rows + 1, offset=page.offset)
    return render_template(
        "people/profiles.html",
        found=found[: page.rows],
        page=page,
        links=page.links(has_more=len(found) > page.rows),
    )


def _everybody() -> ResponseReturnValue:
    page = asked_page()
    search = request.args.get("q", "")[:SEARCH_LENGTH]
    found, total, has_more = people_page(
        db(), limit=page.rows, offset=page.offset, search=search, only_active=True
    )
    shown, waiting = queries.live_versions(db(), [person.id for person in found])
    return render_template(
        "people/everybody.html",
        found=found,
        total=total,
        agreed=shown,
        waiting=waiting,
        search=search,
        page=page,
        links=page.links(has_more=has_more),
    )


@blueprint.get("/profiles/<int:person>")
def profile_of(person: int) -> ResponseReturnValue:
    """Show a colleague's profile in the version that the colleague agreed to."""
    about = queries.get_person(db(), person)
    version = None if about.deactivated_at else queries.shown_profile(db(), person)
    if version is None and not me.role.manages:
        raise NotFound("There is no profile here now.")
    return render_template("people/profile_of.html", person=about, version=version)


@blueprint.get("/profiles/<int:person>/photo/<int:version>")
def photo_of(person: int, version: int) -> ResponseReturnValue:
    """Return the photo of a profile as it is shown now."""
    return _photo(queries.shown_photo(db(), person, version))


def _photo(photo: bytes | None) -> ResponseReturnValue:
    if photo is None:
        raise NotFound("There is no such photo.")
    return Response(photo, mimetype="image/jpeg")


@blueprint.get("/profiles/<int:person>/propose")
def propose_page(person: int) -> ResponseReturnValue:
    """Show the form for a version to propose, filled with the one before."""
    about = _active(person)
    waiting = queries.proposed_profile(db(), person)
    before = waiting or queries.shown_profile(db(), person)
    form = ProposeForm(
        headline=before.headline if before else about.title,
        words=before.words if before else "",
        keep_photo=True,
        replaces=waiting.id if waiting else "",
    )
    return _show_propose(about, form)


def _active(person: int) -> Person:
    about = queries.get_person(db(), person)
    if about.deactivated_at is not None:
        raise NotFound(f"{about.called} is deactivated: there is nobody to agree.")
    return about


def _show_propose(about: Person, form: ProposeForm, status: int = 200) -> ResponseReturnValue:
    return (
        render_template(
            "people/propose.html",
            person=about,
            form=form,
            agreed=queries.shown_profile(db(), about.id),
            waiting=queries.proposed_profile(db(), about.id),
        ),
        status,
    )


@blueprint.post("/profiles/<int:person>/propose")
def propose(person: int) -> ResponseReturnValue:
    """Propose a version of somebody's profile; nothing is shown without that person's yes."""
    about = _active(person)
    form = ProposeForm()
    if not form.validate():
        return _show_propose(about, form, 422)
    try:
        photo = _photo_of(form)
        about = _active(person)  # the session may be another one by now
        version = actions.propose_profile(
            db(),
            about,
            headline=form.headline.data or "",
            words=form.words.data or "",
            photo=photo,
            keep_photo=bool(form.keep_photo.data),
            replaces=_number(form.replaces.data) if form.replaces.data else None,
            proposed_by=me.id,
            now=now(),
        )
    except DomainError as error:
        db().rollback()
        waiting = queries.proposed_profile(db(), person)
        form.replaces.data = str(waiting.id) if waiting else ""
        return _show_propose(queries.fresh_person(db(), person), show_error(form, error), 422)
    _note(Action.PROFILE_PROPOSED, person, f"version {version.id}")
    if person == me.id:
        return redirect(url_for("people.profile"))
    flash(f"{about.called} finds it under “Your profile”. Nothing is shown without a yes.")
    return redirect(url_for("people.profiles", everybody=1))


def _photo_of(form: ProposeForm) -> bytes | None:
    if not form.photo.data:
        return None
    sent: bytes = form.photo.data.read()
    if not sent:
        raise Invalid("That file is empty. Choose a JPEG, PNG or WebP.", field="photo")
    with holding_nothing():  # to read a picture takes its time
        return small_jpeg(sent)


def _note(action: Action, subject: int, detail: str) -> None:
    note(db(), action, actor_id=me.id, subject_id=subject, detail=detail, now=now())
