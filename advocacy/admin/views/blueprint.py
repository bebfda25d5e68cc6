"""What the administrator's pages share."""

from datetime import date
from typing import Any

from flask import Blueprint, current_app, url_for

from advocacy.core.errors import Invalid
from advocacy.web.fields import DayField

blueprint = Blueprint("admin", __name__)


def day_of_field(field: DayField) -> date:
    """Return the day that somebody chose.

    :raises Invalid: when there is none.
    """
    if field.data is None:
        raise Invalid("A day, please.", field=field.name)
    return field.data


def whole_address(endpoint: str, **values: Any) -> str:
    """Return a page's address with the host, to hand over or to send."""
    address: str = current_app.config["ADVOCACY"].base_url + url_for(endpoint, **values)
    return address
