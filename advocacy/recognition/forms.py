"""The form that closes a month."""

from wtforms import HiddenField

from advocacy.web.forms import Form


class CloseForm(Form):
    """Close a month; what was seen in the preview goes along."""

    seen = HiddenField()
