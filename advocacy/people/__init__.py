"""Persons, their teams and the profiles they show."""
