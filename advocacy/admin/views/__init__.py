"""The administrator's pages: people, teams, settings, the audit trail, the clock's work."""

from advocacy.admin.views import overview, people, settings, teams, trail, work
from advocacy.admin.views.blueprint import blueprint

__all__ = ["blueprint", "overview", "people", "settings", "teams", "trail", "work"]
