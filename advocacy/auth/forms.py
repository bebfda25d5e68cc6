"""The forms for signing in and for passwords."""

from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, ValidationError

from advocacy.auth.rules import PASSWORD_LONGEST, PASSWORD_SHORTEST
from advocacy.core.errors import Invalid
from advocacy.core.time import time_zone_called
from advocacy.factors.passkeys import ANSWER_LENGTH
from advocacy.factors.rules import CODE_LENGTH
from advocacy.people.rules import EMAIL_LENGTH, NAME_LENGTH
from advocacy.programme.rules import NAME_LENGTH as PROGRAMME_LENGTH
from advocacy.programme.rules import check_time_zone
from advocacy.web.forms import Form

_NEW_PASSWORD = [
    InputRequired("Choose a password."),
    Length(
        PASSWORD_SHORTEST,
        PASSWORD_LONGEST,
        f"Use {PASSWORD_SHORTEST} to {PASSWORD_LONGEST} letters, any you like.",
    ),
]
_REPEATED = [EqualTo("password", "The two are not the same.")]


class SignInForm(Form):
    """Sign in with an address and a password."""

    email = EmailField(
        "E-mail",
        [InputRequired("Your e-mail address, please."), Length(max=EMAIL_LENGTH)],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        "Password",
        [InputRequired("Your password, please."), Length(max=PASSWORD_LONGEST)],
        render_kw={"autocomplete": "current-password"},
    )


class SecondStepForm(Form):
    """The second step: a code of an authenticator app, or a recovery code."""

    code = StringField(
        "Code",
        [InputRequired("The code, please."), Length(max=CODE_LENGTH, message="That is too long.")],
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false"},
    )


class PasskeyForm(Form):
    """What a browser answered when it was asked for a passkey."""

    answer = HiddenField(
        "Passkey",
        [InputRequired("The browser gave no passkey. Try again."), Length(max=ANSWER_LENGTH)],
    )


class ForgottenForm(Form):
    """Ask for a link to set another password."""

    email = EmailField(
        "E-mail",
        [InputRequired("Your e-mail address, please."), Length(max=EMAIL_LENGTH)],
        render_kw={"autocomplete": "username"},
    )


class WelcomeForm(Form):
    """Choose a password by a one-time link."""

    password = PasswordField("Password", _NEW_PASSWORD, render_kw={"autocomplete": "new-password"})
    repeated = PasswordField(
        "The same again", _REPEATED, render_kw={"autocomplete": "new-password"}
    )


class SetUpForm(Form):
    """The first set-up: the programme and its administrator."""

    programme = StringField(
        "Name of the programme",
        [InputRequired("A name, please."), Length(max=PROGRAMME_LENGTH)],
    )
    time_zone = StringField(
        "Time zone",
        [InputRequired("A time zone, please."), Length(max=64)],
        description="Days and months are counted in it, for example Europe/Lisbon.",
        render_kw={"list": "time-zones"},
    )

    def validate_time_zone(self, field: StringField) -> None:
        """Say what is wrong with the zone together with what is wrong elsewhere."""
        try:
            check_time_zone(time_zone_called(field.data or "") or field.data or "")
        except Invalid as error:
            raise ValidationError(error.message) from error

    name = StringField(
        "Your name",
        [InputRequired("Your name, please."), Length(max=NAME_LENGTH)],
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        "Your e-mail",
        [InputRequired("Your e-mail address, please."), Length(max=EMAIL_LENGTH)],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField("Password", _NEW_PASSWORD, render_kw={"autocomplete": "new-password"})
    repeated = PasswordField(
        "The same again", _REPEATED, render_kw={"autocomplete": "new-password"}
    )


class PasswordForm(Form):
    """Change one's password."""

    current = PasswordField(
        "Password now",
        [InputRequired("Your password, please."), Length(max=PASSWORD_LONGEST)],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        "New password", _NEW_PASSWORD, render_kw={"autocomplete": "new-password"}
    )
    repeated = PasswordField(
        "The same again", _REPEATED, render_kw={"autocomplete": "new-password"}
    )
