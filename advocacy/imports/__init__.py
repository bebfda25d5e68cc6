"""Bringing in what was kept elsewhere: people, items, shares and conversations, from CSV files."""
