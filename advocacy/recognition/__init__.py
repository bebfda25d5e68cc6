"""Boards, closing a month, and the files that are handed on."""
