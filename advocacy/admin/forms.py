"""The administrator's forms."""

from collections.abc import Sequence

from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from advocacy.admin.rules import EARLIEST_DAY, LATEST_DAY
from advocacy.audit.rules import Action
from advocacy.people.rules import EMAIL_LENGTH, NAME_LENGTH, TEAM_LENGTH, TITLE_LENGTH, Role
from advocacy.programme.rules import NAME_LENGTH as PROGRAMME_LENGTH
from advocacy.terms.rules import TEXT_LENGTH as TERMS_LENGTH
from advocacy.web.fields import DayField
from advocacy.web.forms import Form, SelectChoice

TIME_ZONE_LENGTH = 64
SEARCH_LENGTH = 120
ROLES = [
    SelectChoice(str(Role.ADVOCATE), "Advocate"),
    SelectChoice(str(Role.MANAGER), "Manager"),
    SelectChoice(str(Role.ADMINISTRATOR), "Administrator"),
]


def _within_reason(_form: object, field: DayField) -> None:
    if field.data is not None and not EARLIEST_DAY <= field.data <= LATEST_DAY:
        raise ValidationError(f"A day from {EARLIEST_DAY.year} to {LATEST_DAY.year}, please.")


def _not_before_since(form: "TrailForm", field: DayField) -> None:
    if field.data is not None and form.since.data is not None and field.data < form.since.data:
        raise ValidationError("This lies before the day in From.")


class _AddressForm(Form):
    """Where somebody is reached; asked before all else, as on the page."""

    email = EmailField(
        "E-mail",
        [DataRequired("An e-mail address is needed."), Length(max=EMAIL_LENGTH)],
        render_kw={"autocomplete": "off"},
    )


class PersonForm(Form):
    """What an administrator says of a person."""

    name = StringField(
        "Name",
        [DataRequired("A name is needed."), Length(max=NAME_LENGTH)],
        render_kw={"autocomplete": "off"},
    )
    title = StringField("Title", [Length(max=TITLE_LENGTH)], render_kw={"autocomplete": "off"})
    team = SelectField("Team", validate_choice=False)
    role = SelectField("Role", choices=ROLES, default=str(Role.ADVOCATE), validate_choice=False)
    joined = DayField(
        "Joined",
        [InputRequired("The day this person joined, please.")],
        description="What people log counts from this day on.",
    )
    seen = HiddenField()

    def offer(self, teams: Sequence[tuple[int, str]]) -> None:
        """Offer these teams, each with its number and name."""
        self.team.choices = [
            SelectChoice("", "No team"),
            *(SelectChoice(str(number), name) for number, name in teams),
        ]


class NewPersonForm(_AddressForm, PersonForm):
    """A person to add."""


class TeamForm(Form):
    """A team's name."""

    name = StringField(
        "Name",
        [DataRequired("A team needs a name."), Length(max=TEAM_LENGTH)],
        render_kw={"autocomplete": "off"},
    )
    seen = HiddenField()


class SettingsForm(Form):
    """The programme's name, time zone and first day."""

    name = StringField(
        "Name of the programme",
        [DataRequired("A name, please."), Length(max=PROGRAMME_LENGTH)],
        render_kw={"autocomplete": "off"},
    )
    time_zone = StringField(
        "Time zone",
        [DataRequired("A time zone, please."), Length(max=TIME_ZONE_LENGTH)],
        description=(
            "Days and months are counted in it, for example Europe/Lisbon. Days that are written "
            "keep their date."
        ),
        render_kw={"list": "time-zones", "autocomplete": "off"},
    )
    first_day = DayField(
        "First day",
        [InputRequired("The first day, please.")],
        description="What people log counts from this day on.",
    )
    second_step_required = BooleanField(
        "Managers and administrators need a second step",
        description=(
            "An authenticator app or a passkey besides the password. Who has none is asked to add "
            "one at the next page."
        ),
    )
    seen = HiddenField()


class TrailForm(Form):
    """What of the audit trail to show."""

    class Meta:
        """It only asks: the answer is the same whoever sends it."""

        csrf = False

    who = StringField(
        "Who, or about whom", [Length(max=SEARCH_LENGTH)], render_kw={"autocomplete": "off"}
    )
    action = SelectField(
        "What was done",
        choices=[
            SelectChoice("", "Everything"),
            *(SelectChoice(str(one), one.capitalize()) for one in Action),
        ],
        default="",
    )
    since = DayField("From", [Optional(), _within_reason])
    until = DayField("To", [Optional(), _within_reason, _not_before_since])


class TermsForm(Form):
    """A new version of the programme's terms."""

    text = TextAreaField(
        "Terms",
        [
            DataRequired("The terms are empty. Write what people agree to."),
            Length(max=TERMS_LENGTH),
        ],
        render_kw={"rows": 16},
    )
    seen = HiddenField()
