"""The clock's work, alone."""

import logging.config
import signal
from threading import Event
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from advocacy.jobs.runner import Runner

COULD_NOT = 1
MOST_ROUNDS = 1000


@click.command("jobs", short_help="Do the clock's work alone: letters, tidying up.")
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
def jobs(*, once: bool) -> int:
    """Do the clock's work alone, until stopped. `advocacy serve` does it too."""
    from advocacy.app.clock import runner
    from advocacy.cli.house import opened_house
    from advocacy.core import standstill
    from advocacy.core.logs import Words, configuration, lines

    logging.config.dictConfig(configuration(Words if once else lines()))
    with opened_house() as house:
        work = runner(house.settings, house.database)
        if once:
            return _do_once(work)
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        standstill.watch(house.database)
        click.echo("The clock's work is being done. Stop it with Ctrl-C.")
        work.run_until(stop)
    return 0


def _do_once(work: "Runner") -> int:
    """Do what is due, round by round, until nothing is."""
    failed = False
    for done_before in range(MOST_ROUNDS):
        done = work.run_due()
        for one in done:
            if one.failure:
                failed = True
            else:
                click.echo(f"{one.name}: {one.note}")
        if not done:
            if done_before == 0:
                click.echo("Nothing was due.")
            break
    return COULD_NOT if failed else 0
