"""Signing in and out, one-time links, and one's password."""

from zoneinfo import available_timezones

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.auth import actions, login, queries
from advocacy.auth.forms import PasswordForm, SetUpForm, SignInForm, WelcomeForm
from advocacy.core.errors import DomainError, NotFound
from advocacy.core.time import day_of, now
from advocacy.people.actions import add_person
from advocacy.people.queries import get_person, has_administrator
from advocacy.people.rules import Role
from advocacy.programme.actions import describe
from advocacy.programme.queries import get_programme
from advocacy.web.addresses import own_address
from advocacy.web.forms import show_error
from advocacy.web.session import db, short_write
from advocacy.web.user import current_user

blueprint = Blueprint("auth", __name__)


def _next_page() -> str:
    """Return where to go after signing in: only ever a page of ours."""
    return own_address(request.args.get("next"), "/")


@blueprint.get("/sign-in")
def sign_in_page() -> ResponseReturnValue:
    """Show the sign-in page."""
    if current_user.is_authenticated:
        return redirect("/")
    return show_sign_in(SignInForm())


def show_sign_in(form: SignInForm, status: int = 200) -> ResponseReturnValue:
    """Render the sign-in page, or the word that the first set-up is still to come."""
    template = "auth/sign_in.html" if has_administrator(db()) else "auth/not_yet.html"
    return render_template(template, form=form, next=_next_page()), status


@blueprint.post("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Sign in."""
    form = SignInForm()
    if not form.validate():
        return show_sign_in(form, 422)
    person = actions.check_credentials(db(), form.email.data or "", form.password.data or "")
    if person is None:
        db().rollback()
        with short_write() as session:
            note(session, Action.SIGN_IN_REFUSED, actor_id=None, now=now())
        form.password.errors = ["Address and password do not go together."]
        return show_sign_in(form, 422)
    login.sign_in(db(), person)
    note(db(), Action.SIGNED_IN, actor_id=person.id, now=now())
    return redirect(_next_page())


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Sign out on this device."""
    note(db(), Action.SIGNED_OUT, actor_id=current_user.id, now=now())
    login.sign_out(db(), current_user)
    flash("You are signed out.")
    return redirect(url_for("auth.sign_in_page"))


@blueprint.get("/welcome/<code>")
def welcome(code: str) -> ResponseReturnValue:
    """Show what a one-time link is for: choosing a password, or the first set-up."""
    link = queries.find_link(db(), code, now())
    if link is None or (link.person_id is None and has_administrator(db())):
        raise NotFound("This link was used already or is too old. Ask for a new one.")
    if link.person_id is None:
        return _show_set_up(SetUpForm(time_zone=get_programme(db()).time_zone))
    person = get_person(db(), link.person_id)
    return render_template("auth/welcome.html", form=WelcomeForm(), person=person)


def _show_set_up(form: SetUpForm, status: int = 200) -> ResponseReturnValue:
    zones = sorted(available_timezones())
    return render_template("auth/set_up.html", form=form, zones=zones), status


@blueprint.post("/welcome/<code>")
def use_welcome(code: str) -> ResponseReturnValue:
    """Choose a password by a one-time link, or set the programme up; then be signed in."""
    person_id = actions.use_link(db(), code, now())
    if person_id is None:
        return _set_up()
    form = WelcomeForm()
    person = get_person(db(), person_id)
    if not form.validate():
        return render_template("auth/welcome.html", form=form, person=person), 422
    if person.deactivated_at is not None:
        raise NotFound("This link was used already or is too old. Ask for a new one.")
    actions.set_password(db(), person.id, form.password.data or "", now())
    note(db(), Action.PASSWORD_SET, actor_id=person.id, subject_id=person.id, now=now())
    login.sign_in(db(), person)
    return redirect("/")


def _set_up() -> ResponseReturnValue:
    form = SetUpForm()
    if not form.validate():
        return _show_set_up(form, 422)
    programme = get_programme(db())
    fields = {"name": "programme"}
    try:
        describe(programme, name=form.programme.data or "", time_zone=form.time_zone.data or "")
        fields = {}  # from here on a name is the person's
        person = add_person(
            db(),
            email=form.email.data or "",
            name=form.name.data or "",
            role=Role.ADMINISTRATOR,
            joined=day_of(now(), programme.time_zone),
            now=now(),
        )
    except DomainError as error:
        db().rollback()
        return _show_set_up(show_error(form, error, fields), 422)
    actions.set_password(db(), person.id, form.password.data or "", now())
    note(db(), Action.PERSON_ADDED, actor_id=person.id, subject_id=person.id, now=now())
    login.sign_in(db(), person)
    flash(f"Welcome to {programme.name}. You are its administrator.")
    return redirect("/")


@blueprint.get("/password")
def password_page() -> ResponseReturnValue:
    """Show the form for a new password."""
    return render_template("auth/password.html", form=PasswordForm())


@blueprint.post("/password")
def change_password() -> ResponseReturnValue:
    """Change one's password; every other device is signed out."""
    form = PasswordForm()
    person = current_user.person
    if form.validate():
        known = actions.check_credentials(db(), person.email, form.current.data or "")
        if known is not None:
            actions.set_password(db(), person.id, form.password.data or "", now())
            note(db(), Action.PASSWORD_SET, actor_id=person.id, subject_id=person.id, now=now())
            login.sign_in(db(), person)
            flash("Your password is changed. Other devices are signed out.")
            return redirect("/profile")
        form.current.errors = ["That is not your password now."]
    return render_template("auth/password.html", form=form), 422
