"""Months and longer periods as arguments: what is not written like one is wrong usage."""

import click


class PeriodType(click.ParamType[str]):
    """A period of one length.

    :param name: what it is called.
    :param example: how it is written.
    """

    def __init__(self, name: str, example: str) -> None:
        self.name = name
        self._example = example

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the period, or fail as click does."""
        from advocacy.core.errors import Invalid
        from advocacy.core.time import parse_period

        try:
            fits = _shape(parse_period(value)) == _shape(self._example)
        except Invalid:
            fits = False
        if not fits:
            self.fail(
                f"{value[:20]!r} is not a {self.name}; write it like {self._example}.", param, ctx
            )
        return value


def _shape(period: str) -> tuple[int, bool]:
    return len(period), "Q" in period


MONTH = PeriodType("month", "2026-10")
QUARTER = PeriodType("quarter", "2026-Q4")
YEAR = PeriodType("year", "2026")
