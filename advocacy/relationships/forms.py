"""The forms for the people somebody knows."""

from wtforms import BooleanField, EmailField, FieldList, HiddenField, StringField
from wtforms.validators import Length, ValidationError

from advocacy.contacts.rules import EMAIL_LENGTH, NAME_LENGTH, checked
from advocacy.core.errors import Invalid
from advocacy.web.forms import Form


def _whom(_form: Form, field: StringField) -> None:
    if (field.data or "").strip():
        try:
            checked(field.data or "")
        except Invalid as error:
            raise ValidationError(error.message) from error


class AddPeopleForm(Form):
    """Up to three people to begin with: a name, or an e-mail address, is enough."""

    name = FieldList(StringField("Name or e-mail", [_whom]), min_entries=3, max_entries=3)


class ContactForm(Form):
    """What somebody is called here, and whether managers may see it."""

    name = StringField("Name", [Length(max=NAME_LENGTH)])
    email = EmailField("E-mail", [Length(max=EMAIL_LENGTH)])
    shared = BooleanField("Managers may see this name")
    seen = HiddenField()
