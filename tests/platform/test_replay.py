"""``siteward audit replay``: what the tables say otherwise than the log is named."""

from pathlib import Path

from click.testing import CliRunner
from sqlalchemy import Engine, text

from siteward_platform.audit.main import command
from siteward_platform.database import migrate
from siteward_platform.database.session import open_database
from tests.platform import kindergarten as k
from tests.platform.desk import desk_on


def replayed(url: str) -> tuple[int, str]:
    done = CliRunner().invoke(command, ["replay", "--url", url])
    return done.exit_code, done.output


def change(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))


def test_a_state_and_a_hold_changed_past_the_log_are_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'siteward.db'}"
    engine = open_database(url)
    migrate.upgrade(engine)
    with desk_on(engine, tmp_path) as desk:
        number = desk.anomalous_claim()
        desk.act("supervisor", number, "opinion", k.OPINION)
        desk.act("finance", number, "decision", k.HOLD)
    code, said = replayed(url)
    assert (code, "1 claims and their holds" in said) == (0, True)
    change(engine, "UPDATE holds SET released = 100, state = 'released'")
    code, said = replayed(url)
    assert (code, "claim 1: the hold is not what the log says" in said) == (1, True)
    change(engine, "UPDATE claims SET state = 'paid'")
    code, said = replayed(url)
    assert "claim 1: the log says held, the table paid" in said
    engine.dispose()
