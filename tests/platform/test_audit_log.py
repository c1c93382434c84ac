"""The audit log finds every way of tampering with it, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, delete, func, select, update

from siteward_platform.audit.log import append, digest, entries, verify
from siteward_platform.audit.main import command
from siteward_platform.database.models import LogEntry
from siteward_platform.database.session import reading, writing

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def fill(database: Engine, count: int = 5) -> None:
    for number in range(count):
        with writing(database) as session:
            append(
                session, NOON, "li", "finance", "hold.decide", "claim:1",
                {"amount": Decimal("2320000.00"), "n": number, "reason": "进度不符"},
            )  # fmt: skip


def broken_at(database: Engine, head: tuple[int, str] | None = None) -> int | None:
    with reading(database) as session:
        broken = verify(entries(session), head)
    return broken.seq if broken else None


def test_an_untouched_log_is_unbroken(database: Engine) -> None:
    fill(database)
    assert broken_at(database) is None


@pytest.mark.parametrize(
    "change",
    [
        {"who": "wang"},
        {"role": "auditor"},
        {"action": "hold.release"},
        {"subject": "claim:2"},
        {"detail": '{"amount":"1.00"}'},
        {"at": datetime(2026, 3, 1, 13, tzinfo=UTC)},
        {"hash": "f" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_entry_is_named(database: Engine, change: dict[str, object]) -> None:
    fill(database)
    with writing(database) as session:
        session.execute(update(LogEntry).where(LogEntry.seq == 3).values(**change))
    assert broken_at(database) == 3


def test_a_changed_entry_with_a_fitting_hash_breaks_the_next_one(database: Engine) -> None:
    fill(database)
    with writing(database) as session:
        entry = session.get_one(LogEntry, 3)
        entry.who = "wang"
        entry.hash = digest(entry)
    assert broken_at(database) == 4


def test_a_missing_entry_is_named(database: Engine) -> None:
    fill(database)
    with writing(database) as session:
        session.execute(delete(LogEntry).where(LogEntry.seq == 2))
    assert broken_at(database) == 2


def test_swapped_entries_are_named(database: Engine) -> None:
    fill(database)
    with writing(database) as session:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            session.execute(update(LogEntry).where(LogEntry.seq == old).values(seq=new))
    assert broken_at(database) == 2


def test_a_log_cut_short_is_found_by_a_head_written_down(database: Engine) -> None:
    fill(database)
    with reading(database) as session:
        head = (5, session.get_one(LogEntry, 5).hash)
    with writing(database) as session:
        session.execute(delete(LogEntry).where(LogEntry.seq > 3))
    assert broken_at(database) is None
    assert broken_at(database, head) == 4


def test_a_log_rewritten_from_the_start_is_found_by_a_head_written_down(database: Engine) -> None:
    fill(database)
    assert broken_at(database, (3, "a" * 64)) == 3


def test_appends_from_many_threads_form_one_chain(database: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: fill(database, 5), range(8)))
    assert broken_at(database) is None
    with reading(database) as session:
        assert session.scalar(select(func.count()).select_from(LogEntry)) == 40


def test_the_command_says_which_entry_is_broken_and_fails(sqlite_database: Engine) -> None:
    fill(sqlite_database)
    url = sqlite_database.url.render_as_string()
    good = CliRunner().invoke(command, ["verify", "--url", url])
    assert good.exit_code == 0
    assert "5 entries" in good.output
    with writing(sqlite_database) as session:
        session.execute(update(LogEntry).where(LogEntry.seq == 4).values(who="wang"))
    bad = CliRunner().invoke(command, ["verify", "--url", url])
    assert bad.exit_code == 1
    assert "entry 4" in bad.output
