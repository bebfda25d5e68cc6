"""Signing in: passwords, sessions and one-time links."""
