"""The switch of the ranking."""

from wtforms import BooleanField

from advocacy.web.forms import Form


class RankingForm(Form):
    """Whether somebody is on the board."""

    shown = BooleanField("Show me on the board")
