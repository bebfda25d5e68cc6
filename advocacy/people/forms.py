"""The forms for what somebody is called, and for staff profiles."""

from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from advocacy.people.rules import HEADLINE_LENGTH, NAME_LENGTH, PHOTO_BYTES, WORDS_LENGTH
from advocacy.web.forms import Form


class CalledForm(Form):
    """What to call somebody, and how to say it."""

    preferred_name = StringField(
        "What people call you",
        [Length(max=NAME_LENGTH)],
        render_kw={"autocomplete": "nickname"},
    )
    say_it = StringField(
        "How to say it",
        [Length(max=NAME_LENGTH)],
        description="As you would write it for a friend, for example “ma-REE-a”.",
        render_kw={"autocomplete": "off"},
    )
    seen = HiddenField()


class ProposeForm(Form):
    """A version of a profile that a manager proposes."""

    photo = FileField(
        "Photo",
        description=(
            f"JPEG, PNG or WebP, up to {PHOTO_BYTES // 1024 // 1024} MB. Only the picture is kept, "
            "not the place and time that a camera writes into it."
        ),
        render_kw={"accept": "image/jpeg,image/png,image/webp"},
    )
    keep_photo = BooleanField("Keep the photo of the version before")
    headline = StringField(
        "Headline",
        [
            DataRequired("A headline is needed: what the person does, in a few words."),
            Length(max=HEADLINE_LENGTH),
        ],
        render_kw={"autocomplete": "off"},
    )
    words = TextAreaField("Some words", [Length(max=WORDS_LENGTH)])
    replaces = HiddenField()
