"""The administrator's pages: people, teams, settings, the audit trail."""
