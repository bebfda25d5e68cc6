"""The forms of one's own account."""

from wtforms import EmailField, HiddenField, IntegerField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from advocacy.auth.rules import PASSWORD_LONGEST
from advocacy.factors.passkeys import ANSWER_LENGTH
from advocacy.factors.rules import CODE_LENGTH, PASSKEY_NAME_LENGTH
from advocacy.people.rules import EMAIL_LENGTH
from advocacy.web.forms import Form


def _password_now(field_id: str = "current") -> PasswordField:
    """Return a field for the password; two on one page need ids of their own."""
    return PasswordField(
        "Password now",
        [InputRequired("Your password, please."), Length(max=PASSWORD_LONGEST)],
        id=field_id,
        render_kw={"autocomplete": "current-password"},
    )


class EmailForm(Form):
    """Ask for another e-mail address."""

    email = EmailField(
        "New e-mail",
        [
            InputRequired("The new address, please."),
            Length(max=EMAIL_LENGTH),
        ],
        render_kw={"autocomplete": "email"},
    )
    current = _password_now("email-current")


class ProveForm(Form):
    """Prove with the password that it is oneself."""

    current = _password_now("prove-current")


class AuthenticatorForm(Form):
    """Add an authenticator app by one of its codes."""

    code = StringField(
        "Code",
        [InputRequired("The code, please."), Length(max=CODE_LENGTH, message="That is too long.")],
        description="Six digits, as the app shows them now.",
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )
    current = _password_now()


class NewPasskeyForm(Form):
    """Add a passkey that the browser made."""

    name = StringField(
        "Name",
        [
            InputRequired("A name, please."),
            Length(max=PASSKEY_NAME_LENGTH),
        ],
        description="So that you know it again: my phone, the key on my ring.",
        render_kw={"autocomplete": "off"},
    )
    current = _password_now()
    answer = HiddenField(
        "Passkey",
        [InputRequired("The browser gave no passkey. Try again."), Length(max=ANSWER_LENGTH)],
    )


class AcceptForm(Form):
    """Accept a version of the terms."""

    version = IntegerField("Version", [InputRequired("Which version?")])
