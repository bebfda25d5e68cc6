"""Who is signed in. Flask-Login's proxy, whose stubs know none of our attributes."""

from typing import Any

import flask_login

current_user: Any = flask_login.current_user
