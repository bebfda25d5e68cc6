"""The numbers of a rule set, and what is said of them."""

from wtforms import HiddenField, IntegerField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from advocacy.points.rule_sets import (
    EXPLANATION_LENGTH,
    MOST_ON_WORD,
    MOST_POINTS,
    NUMBERS,
    RuleSet,
)
from advocacy.points.rule_words import LABELS
from advocacy.web.forms import Form


class _Numbers(Form):
    """The month that rules come into force in, and their numbers; the fields are made below."""

    from_month = SelectField("From")

    def offer(self, months: list[tuple[str, str]]) -> None:
        """Offer the months that rules can be set from."""
        self.from_month.choices = months

    def rules(self) -> RuleSet:
        """Return the rule set of the numbers."""
        return RuleSet.of_numbers({name: int(self[name].data) for name in NUMBERS})


for _name, _label in LABELS.items():
    _most = MOST_ON_WORD if _name == "word_limit" else MOST_POINTS
    setattr(
        _Numbers,
        _name,
        IntegerField(
            _label,
            [
                InputRequired("A number, please."),
                NumberRange(0, _most, f"A whole number from 0 to {_most:,}, please."),
            ],
            render_kw={"inputmode": "numeric", "autocomplete": "off"},
        ),
    )


class TryForm(_Numbers):
    """Numbers to try: nothing is written."""

    class Meta:
        """It only asks: the answer is the same whoever sends it."""

        csrf = False


class SetForm(_Numbers):
    """Numbers to set, with the reason that everybody reads."""

    explanation = TextAreaField(
        "Why",
        [
            DataRequired("Say why, in a sentence: everybody reads it."),
            Length(max=EXPLANATION_LENGTH, message=f"Up to {EXPLANATION_LENGTH} letters, please."),
        ],
        description="Everybody reads it beside the new rules.",
        render_kw={"rows": 3},
    )
    seen = HiddenField()
