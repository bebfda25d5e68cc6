"""A month as an argument of a command."""

import click


class _Month(click.ParamType[str]):
    """A month, written YYYY-MM; anything else is wrong usage."""

    name = "month"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the month."""
        from advocacy.core.errors import Invalid
        from advocacy.core.time import parse_month

        try:
            return parse_month(value)
        except Invalid as error:
            self.fail(error.message, param, ctx)


MONTH = _Month()
