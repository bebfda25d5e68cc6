"""A sample programme, clearly marked as one: four teams, two dozen people, six months."""

from advocacy.demo.actions import fill
from advocacy.demo.rules import sign_ins

__all__ = ["fill", "sign_ins"]
