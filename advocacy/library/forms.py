"""The forms of the library."""

from wtforms import Field, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, Optional, ValidationError

from advocacy.content.rules import (
    TEXT_LENGTH,
    TITLE_LENGTH,
    TOPICS_LENGTH,
    URL_LENGTH,
    check_url,
)
from advocacy.core.errors import Invalid
from advocacy.shares.rules import (
    CHANNEL_NAMES,
    SERVER_LENGTH,
    WORDS_LENGTH,
    Channel,
    check_address,
    checked_server,
)
from advocacy.web.fields import DayField
from advocacy.web.forms import Form, SelectChoice


def _trimmed(text: str | None) -> str:
    return (text or "").strip()


def _printable(_form: Form, field: Field) -> None:
    if "\0" in (field.data or ""):
        raise ValidationError("A control character cannot stand here.")


class LinkForm(Form):
    """Where an item goes and in which words."""

    text = TextAreaField(
        "In your own words", [Length(max=WORDS_LENGTH), _printable], filters=[_trimmed]
    )
    channel = RadioField(
        "Where",
        [InputRequired("Choose where it goes.")],
        choices=[SelectChoice(channel, name) for channel, name in CHANNEL_NAMES.items()],
    )
    server = StringField("Your Mastodon server", [Length(max=SERVER_LENGTH)], filters=[_trimmed])

    def validate_server(self, field: StringField) -> None:
        """Read the server's host out of what was typed, where one is needed."""
        if self.channel.data != Channel.MASTODON:
            return
        try:
            field.data = checked_server(field.data or "")
        except Invalid as error:
            raise ValidationError(error.message) from error


class PostedForm(Form):
    """What was posted, where and when; words and server come along to be shown again."""

    channel = StringField("Where", [AnyOf(list(Channel), "Choose where it went.")])
    address = StringField("Address of your post", [_printable], filters=[_trimmed])
    occurred_on = DayField("Day", [InputRequired("The day, please.")])
    text = StringField("Words", filters=[_trimmed])
    server = StringField("Server", filters=[_trimmed])

    def validate_address(self, field: StringField) -> None:
        """Say what is wrong with the address together with what is wrong with the day."""
        try:
            check_address(field.data or "")
        except Invalid as error:
            raise ValidationError(error.message) from error


class ItemForm(Form):
    """An item: a link with its caption, or a text of its own."""

    title = StringField(
        "Title", [InputRequired("A title is needed."), Length(max=TITLE_LENGTH), _printable]
    )
    url = StringField(
        "Link",
        [Length(max=URL_LENGTH), _printable],
        filters=[_trimmed],
        description="Where it leads. Without one, the words below are what is shared.",
        render_kw={"inputmode": "url", "placeholder": "https://", "dir": "ltr"},
    )
    text = TextAreaField(
        "Caption or text",
        [Length(max=TEXT_LENGTH), _printable],
        filters=[_trimmed],
        description="Words to start from. Each advocate makes them their own.",
    )
    topics = StringField(
        "Topics",
        [Length(max=TOPICS_LENGTH), _printable],
        description="With commas between them: teaching, packaging",
    )
    expires_on = DayField(
        "Last day",
        [Optional()],
        description="After it the item leaves the library. Links already out lead on.",
    )
    seen = HiddenField()

    def validate_url(self, field: StringField) -> None:
        """Say what is wrong with the link together with what is wrong elsewhere."""
        try:
            check_url(field.data or "")
        except Invalid as error:
            raise ValidationError(error.message) from error
