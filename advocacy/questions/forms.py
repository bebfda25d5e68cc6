"""What is typed: a question, an answer, a decision. The limits are said by the rules."""

from wtforms import HiddenField, RadioField, TextAreaField

from advocacy.questions.rules import ANSWER_LENGTH, TEXT_LENGTH, Outcome
from advocacy.web.forms import Form, SelectChoice


class AskForm(Form):
    """A question about a conversation."""

    text = TextAreaField(
        "Your question", description=f"Up to {TEXT_LENGTH} letters.", render_kw={"rows": 3}
    )


class AnswerForm(Form):
    """The answer to a question."""

    answer = TextAreaField(
        "Your answer",
        description=f"Up to {ANSWER_LENGTH:,} letters. You can change it until it is decided.",
        render_kw={"rows": 5},
    )


class DecideForm(Form):
    """What becomes of a conversation, and why; ``seen`` marks on what it was decided."""

    outcome = RadioField(
        "What becomes of it?",
        choices=[
            SelectChoice(str(Outcome.KEPT), "Keep it"),
            SelectChoice(str(Outcome.SET_ASIDE), "Set it aside"),
        ],
    )
    reason = TextAreaField(
        "Why",
        description="Needed to set it aside. It is read beside the entry.",
        render_kw={"rows": 3},
    )
    seen = HiddenField()


class RestoreForm(Form):
    """Why a conversation counts again."""

    reason = TextAreaField(
        "Why it counts again",
        description="It is read beside the entry.",
        render_kw={"rows": 3},
    )
