"""The form for a conversation."""

from collections.abc import Sequence

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from advocacy.conversations.rules import CHANNEL_LENGTH, NOTE_LENGTH
from advocacy.core.errors import Invalid
from advocacy.points.rules import Began, Kind
from advocacy.web.fields import DayField
from advocacy.web.forms import Form, SelectChoice

YES = ("true", "yes", "1", "on")
NO = ("false", "no", "0", "off")


def _said_if_asked(_form: Form, field: DayField) -> None:
    """Refuse a day that was emptied: whoever sends none at all means today."""
    if field.raw_data and field.data is None and not field.process_errors:
        raise ValidationError("Say on which day it was.")


class _TalkForm(Form):
    """How, when and who began; answered is read from the request as a list."""

    kind = RadioField(
        "How",
        choices=[
            SelectChoice(Kind.COMMENTED, "Comment"),
            SelectChoice(Kind.WROTE, "Message"),
            SelectChoice(Kind.CALLED, "Call"),
            SelectChoice(Kind.INTRODUCED, "Introduction"),
            SelectChoice(Kind.MET, "In person"),
        ],
        validate_choice=False,
    )
    began = RadioField(
        "Who began?",
        choices=[SelectChoice(Began.ADVOCATE, "I did"), SelectChoice(Began.CONTACT, "They did")],
        default=Began.ADVOCATE,
        validate_choice=False,
    )
    occurred_on = DayField("When", [_said_if_asked])
    seen = HiddenField()


class LogForm(_TalkForm):
    """What is said of a conversation; with whom, too, is read from the request as a list."""

    channel = StringField("Where", [Length(max=CHANNEL_LENGTH)])
    note = TextAreaField("What was said", [Length(max=NOTE_LENGTH)])


class PutRightForm(_TalkForm):
    """What a manager says that a conversation was, and why."""

    reason = TextAreaField("Why", render_kw={"rows": 3})


class ReplyForm(Form):
    """When the advocate answered somebody who had begun."""

    replied_on = DayField("When did you answer?", [_said_if_asked])


def read_answers(values: Sequence[str], people: int) -> list[bool]:
    """Return whether each person answered, from one answer for all or one for each.

    :raises Invalid: when an answer is neither yes nor no, or their number fits nobody.
    """
    answers = []
    for value in values:
        text = value.strip().lower()
        if text not in YES + NO:
            raise Invalid("Say whether it was answered: yes, or not yet.", field="answered")
        answers.append(text in YES)
    if not answers:
        raise Invalid("Say whether it was answered: yes, or not yet.", field="answered")
    if len(answers) == 1:
        return answers * people
    if len(answers) != people:
        raise Invalid("Say it once for all, or once for each person.", field="answered")
    return answers
