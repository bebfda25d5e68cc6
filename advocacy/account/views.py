"""Pages on one's own way in: address, second step, devices, terms."""

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

from advocacy.account import actions
from advocacy.account.forms import (
    AcceptForm,
    AuthenticatorForm,
    EmailForm,
    NewPasskeyForm,
    ProveForm,
)
from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.auth import actions as auth
from advocacy.auth.login import keep_challenge, kept_challenge, refused_proof, site
from advocacy.auth.queries import email_change_of, find_email_change, sign_ins_of
from advocacy.config import Settings
from advocacy.core.codes import hashed
from advocacy.core.errors import Conflict, DomainError, Invalid, NotFound
from advocacy.core.time import now
from advocacy.factors import actions as factors
from advocacy.factors import authenticator, passkeys
from advocacy.factors.queries import factors_of
from advocacy.mail.actions import post
from advocacy.programme.queries import get_programme
from advocacy.terms.actions import accept
from advocacy.terms.queries import acceptances_of, current_terms
from advocacy.web.addresses import own_address
from advocacy.web.forms import Form, show_error
from advocacy.web.numbers import row_number
from advocacy.web.session import db
from advocacy.web.user import current_user as me

blueprint = Blueprint("account", __name__)

_SECRET = "authenticator_secret"
_CODES = "recovery_codes"


def _settings() -> Settings:
    settings: Settings = current_app.config["ADVOCACY"]
    return settings


@blueprint.get("/account")
def account() -> ResponseReturnValue:
    """Show what one signs in with, and where."""
    return _show_account()


def _show_account(
    status: int = 200, *, email: EmailForm | None = None, prove: ProveForm | None = None
) -> ResponseReturnValue:
    return render_template(
        "account/account.html",
        email_form=email or EmailForm(formdata=None),
        prove_form=prove or ProveForm(formdata=None),
        change=email_change_of(db(), me.id, now()),
        sends=_settings().mail_url is not None,
        factors=factors_of(db(), me.id),
        can_passkeys=site() is not None,
        sign_ins=sign_ins_of(db(), me.id, now()),
        this_one=hashed(me.token),
        accepted=acceptances_of(db(), me.id),
        required=me.role.manages and get_programme(db()).second_step_required,
        codes=session.pop(_CODES, None),
    ), status


def _is_proved(form: Form) -> bool:
    """Tell whether a form is whole and its password is the person's own."""
    if not form.validate():
        return False
    field = form["current"]
    if why := refused_proof(field.data or ""):
        field.errors = [why]
        return False
    return True


@blueprint.post("/account/sign-ins")
def end_sign_in() -> ResponseReturnValue:
    """End one of one's sign-ins, or all but this one."""
    which = request.form.get("sign_in", "").replace("\0", "")
    if which == "others":
        auth.end_sign_ins(db(), me.id, but=me.token)
        flash("Every other device is signed out.")
    else:
        auth.end_sign_in_of(db(), me.id, which[:64])
        flash("That device is signed out.")
    note(db(), Action.SIGN_INS_ENDED, actor_id=me.id, subject_id=me.id, now=now())
    return redirect(url_for("account.account"))


@blueprint.post("/account/email")
def ask_for_email() -> ResponseReturnValue:
    """Ask for another address: letters go to both."""
    form = EmailForm()
    if not _is_proved(form):
        return _show_account(422, email=form)
    try:
        email, (old, new) = actions.ask_for_email(db(), me.person, form.email.data or "", now())
        _post_change("email_old", me.person.email, email, old)
        _post_change("email_new", email, email, new)
    except DomainError as error:
        db().rollback()
        return _show_account(422, email=show_error(form, error))
    flash("Two letters are on their way: open the link in each.")
    return redirect(url_for("account.account"))


def _post_change(letter: str, to: str, email: str, code: str) -> None:
    """Post a letter about another address, with the link that confirms it where it goes."""
    values = {
        "called": me.person.called,
        "programme": get_programme(db()).name,
        "email": email,
        "link": _settings().base_url + url_for("account.confirm_page", code=code),
    }
    post(db(), letter, to=to, values=values, now=now())


@blueprint.get("/confirm/<code>")
def confirm_page(code: str) -> ResponseReturnValue:
    """Show what a link confirms. Only the button does it: programs open links too."""
    change = find_email_change(db(), code, now())
    if change is None:
        raise NotFound("This link was used already or is too old. Ask for the change again.")
    return render_template("account/confirm.html", change=change)


@blueprint.post("/confirm/<code>")
def confirm(code: str) -> ResponseReturnValue:
    """Confirm a change of address."""
    change, done = actions.confirm_email(db(), code, now())
    return render_template("account/confirmed.html", change=change, done=done)


@blueprint.get("/account/authenticator")
def authenticator_page() -> ResponseReturnValue:
    """Show a fresh secret for an authenticator app."""
    session[_SECRET] = authenticator.new_secret()
    return _show_authenticator(AuthenticatorForm())


def _show_authenticator(form: AuthenticatorForm, status: int = 200) -> ResponseReturnValue:
    secret = session.setdefault(_SECRET, authenticator.new_secret())
    address = authenticator.address_of(
        secret, account=me.person.email, issuer=get_programme(db()).name
    )
    return render_template(
        "account/authenticator.html",
        form=form,
        secret=secret,
        picture=authenticator.picture_of(address),
        address=address,
    ), status


@blueprint.post("/account/authenticator")
def add_authenticator() -> ResponseReturnValue:
    """Add an authenticator app."""
    form = AuthenticatorForm()
    secret = session.get(_SECRET)
    if not secret or not _is_proved(form):
        return _show_authenticator(form, 422)
    try:
        codes = factors.add_authenticator(
            db(), me.id, secret=secret, code=form.code.data or "", now=now()
        )
    except Invalid as error:
        db().rollback()
        return _show_authenticator(show_error(form, error), 422)
    session.pop(_SECRET)
    return _added("authenticator", codes)


def _added(what: str, codes: list[str]) -> ResponseReturnValue:
    if codes:
        session[_CODES] = codes
    auth.end_sign_ins(db(), me.id, but=me.token)
    note(db(), Action.FACTOR_ADDED, actor_id=me.id, subject_id=me.id, detail=what, now=now())
    flash("Kept. From now on signing in takes two steps; other devices are signed out.")
    return redirect(url_for("account.account", _anchor="codes" if codes else None))


@blueprint.get("/account/passkeys/new")
def passkey_page() -> ResponseReturnValue:
    """Show the form for a new passkey."""
    return _show_passkey(NewPasskeyForm())


def _show_passkey(form: NewPasskeyForm, status: int = 200) -> ResponseReturnValue:
    here = site()
    if here is None:
        raise NotFound("Passkeys need the programme to be at an https address.")
    asked, challenge = passkeys.ask_to_make(
        here,
        person_id=me.id,
        account=me.person.email,
        called=me.person.called,
        known=factors_of(db(), me.id).passkeys,
    )
    keep_challenge(challenge)
    form.answer.data = ""
    return render_template("account/passkey.html", form=form, asked=asked), status


@blueprint.post("/account/passkeys/new")
def add_passkey() -> ResponseReturnValue:
    """Add a passkey."""
    form = NewPasskeyForm()
    here = site()
    if here is None:
        raise NotFound("Passkeys need the programme to be at an https address.")
    try:
        challenge = kept_challenge()
        if not _is_proved(form):
            return _show_passkey(form, 422)
        _, codes = factors.add_passkey(
            db(),
            me.id,
            here,
            name=form.name.data or "",
            answer=form.answer.data or "",
            challenge=challenge,
            now=now(),
        )
    except (Invalid, Conflict) as error:
        db().rollback()
        return _show_passkey(show_error(form, error), 422)
    return _added("passkey", codes)


@blueprint.post("/account/second-step")
def change_factors() -> ResponseReturnValue:
    """Remove the authenticator app or a passkey, or make fresh recovery codes."""
    form = ProveForm()
    if not _is_proved(form):
        return _show_account(422, prove=form)
    what = request.form.get("what", "")
    if what == "codes" and factors_of(db(), me.id):
        session[_CODES] = factors.make_recovery_codes(db(), me.id)
        detail = "recovery codes"
        note(db(), Action.FACTOR_ADDED, actor_id=me.id, subject_id=me.id, detail=detail, now=now())
        return redirect(url_for("account.account", _anchor="codes"))
    if what == "authenticator":
        removed = factors.remove_authenticator(db(), me.id)
    elif what.startswith("passkey-") and (number := row_number(what.removeprefix("passkey-"))):
        removed = factors.remove_passkey(db(), me.id, number)
    else:
        raise Invalid("Say what is to be removed.")
    if removed:  # not so when the button was pressed in another tab before
        note(db(), Action.FACTOR_REMOVED, actor_id=me.id, subject_id=me.id, now=now())
    flash("Removed.")
    return redirect(url_for("account.account"))


@blueprint.get("/terms")
def terms_page() -> ResponseReturnValue:
    """Show the terms that hold, and ask for a yes where it is missing."""
    return render_template(
        "account/terms.html",
        terms=current_terms(db()),
        accepted=dict(acceptances_of(db(), me.id)),
        next=own_address(request.args.get("next"), "/"),
    )


@blueprint.post("/terms")
def accept_terms() -> ResponseReturnValue:
    """Accept the terms that hold."""
    form = AcceptForm()
    if not form.validate():
        raise Invalid("Say which version you accept.")
    try:
        accept(db(), me.id, form.version.data or 0, now())
    except Conflict as error:
        db().rollback()
        flash(error.message, "caution")
        return redirect(url_for("account.terms_page"))
    note(
        db(),
        Action.TERMS_ACCEPTED,
        actor_id=me.id,
        subject_id=me.id,
        detail=f"version {form.version.data}",
        now=now(),
    )
    return redirect(own_address(request.form.get("next"), "/"))
