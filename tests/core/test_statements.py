"""Statements that are built once and asked with other values each time."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from advocacy.core.statements import built_once
from advocacy.people.models import Team
from tests.builders import add_team

built: list[str] = []


@built_once
def teams_called(names: Sequence[str], limit: int) -> Select[str]:
    built.append("teams")
    return select(Team.name).where(Team.name.in_(names)).order_by(Team.name).limit(limit)


@built_once
def teams_after(name: str) -> Select[str]:
    return select(Team.name).where(Team.name > name) if name else select(Team.name)


def test_each_asks_with_its_own_values(session: Session) -> None:
    for name in ("East", "North", "South", "West"):
        add_team(session, name)
    assert session.scalars(*teams_called(["East", "West"], 5)).all() == ["East", "West"]
    assert session.scalars(*teams_called(["North"], limit=5)).all() == ["North"]
    assert session.scalars(*teams_called(limit=1, names=["South", "North"])).all() == ["North"]
    assert session.scalars(*teams_called([], 5)).all() == []
    assert built == ["teams"]


def test_a_builder_that_looks_at_a_value_is_refused() -> None:
    with pytest.raises(TypeError, match="Boolean value"):
        teams_after("East")


def test_a_value_that_is_missing_is_refused() -> None:
    with pytest.raises(TypeError, match="limit"):
        teams_called(["East"])  # type: ignore[call-arg]
