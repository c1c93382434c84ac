"""The audit log refuses tampering, and finds every way around the refusal, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from siteward_platform.act import acting
from siteward_platform.audit.anchors import anchor_day, anchors
from siteward_platform.audit.chain import (
    Anchor,
    Broken,
    anchors_in,
    canonical,
    content_hash,
    digest,
    link,
    verify,
)
from siteward_platform.audit.log import append, entries
from siteward_platform.audit.main import command
from siteward_platform.database.models import AuditAnchor, LogEntry
from siteward_platform.database.session import reading, writing
from siteward_rules.money.holds import RULES

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def fill(database: Engine, count: int = 5) -> None:
    for number in range(count):
        with writing(database) as session:
            append(
                session, NOON, "li", "finance", "hold.decide", "claim:1",
                {"amount": Decimal("2320000.00"), "n": number, "reason": "进度不符"},
            )  # fmt: skip


def broken(database: Engine, *given: Anchor) -> Broken | None:
    with reading(database) as session:
        return verify(entries(session), given)


def kind_and_place(found: Broken | None) -> tuple[str, int] | None:
    return (found.kind, found.seq) if found else None


def disarm(session: Session) -> None:
    """As somebody who owns the database: the triggers are put out of the way."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ALTER TABLE audit_log DISABLE TRIGGER USER"))
        return
    for name in ("no_update", "no_delete", "no_replace"):
        session.execute(text(f"DROP TRIGGER audit_log_{name}"))


def tamper(database: Engine, change: Callable[[Session], object]) -> None:
    """Changes the log for good."""
    with writing(database) as session:
        disarm(session)
        change(session)


def broken_by(
    database: Engine, change: Callable[[Session], object], *given: Anchor
) -> Broken | None:
    """What is found after a change that is taken back again."""
    with reading(database) as session:
        disarm(session)
        change(session)
        return verify(entries(session), given)


def head(database: Engine, seq: int) -> Anchor:
    with reading(database) as session:
        return Anchor(seq, session.get_one(LogEntry, seq).hash, "a sheet of paper")


def test_an_untouched_log_is_unbroken(database: Engine) -> None:
    fill(database)
    assert broken(database, head(database, 3), head(database, 5)) is None


@pytest.mark.parametrize("table", ["audit_log", "audit_anchors"])
def test_the_database_itself_refuses_every_change(database: Engine, table: str) -> None:
    fill(database)
    with acting(database, RULES, NOON, lambda _t, _p: None, 0) as act:
        assert anchor_day(act, None)
    attempts = [f"UPDATE {table} SET hash = 'x'", f"DELETE FROM {table}"]
    if database.dialect.name == "postgresql":
        attempts.append(f"TRUNCATE {table}")
    else:
        attempts.append(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
        attempts.append(f"UPDATE OR REPLACE {table} SET seq = 1")
    for attempt in attempts:
        with pytest.raises(IntegrityError, match="append-only"), writing(database) as session:
            session.execute(text(attempt))
    assert broken(database) is None


CHANGES: list[dict[str, object]] = [
    {"who": "wang"},
    {"role": "auditor"},
    {"action": "hold.release"},
    {"subject": "claim:2"},
    {"detail": '{"amount":"1.00"}'},
    {"at": datetime(2026, 3, 1, 13, tzinfo=UTC)},
    {"hash": "f" * 64},
    {"version": 1},
    {"previous": "f" * 64},
]


def swap(session: Session) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        session.execute(update(LogEntry).where(LogEntry.seq == old).values(seq=new))


def rewrite(session: Session) -> None:
    """One entry is written anew so that it fits the one before."""
    entry = session.get_one(LogEntry, 3)
    entry.who = "wang"
    entry.hash = digest(entry)
    session.flush()


def rewrite_all(session: Session) -> None:
    """The best forger: every entry from the third on is written anew and fits."""
    previous = session.get_one(LogEntry, 2).hash
    for seq in (3, 4, 5):
        entry = session.get_one(LogEntry, seq)
        entry.who, entry.previous = "wang", previous
        previous = entry.hash = digest(entry)
    session.flush()


def without(*seqs: int) -> Callable[[Session], object]:
    return lambda session: session.execute(delete(LogEntry).where(LogEntry.seq.in_(seqs)))


def test_every_way_of_tampering_is_found_and_its_place_named(database: Engine) -> None:
    fill(database)
    for change in CHANGES:
        values = update(LogEntry).where(LogEntry.seq == 3).values(change)
        found = broken_by(database, lambda session, values=values: session.execute(values))  # type: ignore[misc]
        assert kind_and_place(found) == ("changed", 3), change
    assert kind_and_place(broken_by(database, rewrite)) == ("unlinked", 4)
    for gone, said in (([2], "entry 2 is"), ([1], "entry 1 is"), ([2, 3, 4], "entries 2 to 4 are")):
        found = broken_by(database, without(*gone))
        assert found == Broken(gone[0], "missing", f"{said} missing")
    found = broken_by(database, swap)
    assert kind_and_place(found) == ("reordered", 2)
    assert found is not None
    assert "written as entry 3" in found.reason
    assert broken(database) is None


def test_only_a_head_written_down_finds_a_log_cut_short(database: Engine) -> None:
    fill(database)
    written_down = head(database, 5)
    assert broken_by(database, without(4, 5)) is None
    found = broken_by(database, without(4, 5), written_down)
    assert kind_and_place(found) == ("missing", 4)
    assert found is not None
    assert "entries 4 to 5 are missing" in found.reason


def test_only_a_head_written_down_finds_a_log_rewritten_so_that_it_fits(database: Engine) -> None:
    fill(database)
    before, after = head(database, 2), head(database, 4)
    assert broken_by(database, rewrite_all) is None
    assert broken_by(database, rewrite_all, before) is None
    found = broken_by(database, rewrite_all, before, after)
    assert kind_and_place(found) == ("unlike_anchor", 4)
    assert found is not None
    assert "a sheet of paper" in found.reason


def test_entries_of_before_the_second_version_still_count(database: Engine) -> None:
    fill(database, 2)
    with writing(database) as session:
        last = session.get_one(LogEntry, 2)
        old = LogEntry(
            seq=3, at=NOON, who="li", role="finance", action="hold.decide", subject="claim:1",
            detail=canonical({}), previous=last.hash, version=1,
        )  # fmt: skip
        old.hash = digest(old)
        session.add(old)
    fill(database, 2)
    assert broken(database) is None
    tamper(database, lambda s: s.execute(update(LogEntry).where(LogEntry.seq == 3).values(who="x")))
    assert kind_and_place(broken(database)) == ("changed", 3)


def test_the_chain_can_be_followed_past_an_entry_nobody_shows(sqlite_database: Engine) -> None:
    fill(sqlite_database, 3)
    with reading(sqlite_database) as session:
        first, hidden, third = (session.get_one(LogEntry, seq) for seq in (1, 2, 3))
    assert link(first.hash, content_hash(hidden)) == third.previous


def test_appends_from_many_threads_form_one_chain(database: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: fill(database, 5), range(8)))
    assert broken(database) is None
    with reading(database) as session:
        assert session.scalar(select(func.count()).select_from(LogEntry)) == 40


def test_a_day_is_anchored_once_in_the_database_and_in_the_folder(
    database: Engine, tmp_path: Path
) -> None:
    def anchor(hours: int) -> AuditAnchor | None:
        at = datetime(2026, 3, 1, hours, tzinfo=UTC)
        with acting(database, RULES, at, lambda _t, _p: None, 0) as act:
            return anchor_day(act, tmp_path / "anchors")

    assert anchor(1) is None  # nothing was logged yet
    fill(database, 2)
    made = anchor(2)
    assert made is not None
    assert anchor(15) is None  # still 1 March in Shanghai
    fill(database, 1)
    assert anchor(17) is not None  # 2 March
    files = sorted((tmp_path / "anchors").iterdir())
    assert [file.name for file in files] == [
        "siteward-anchor-2026-03-01.txt", "siteward-anchor-2026-03-02.txt"
    ]  # fmt: skip
    assert [a.seq for file in files for a in anchors_in(file.read_text(), "")] == [2, 3]
    with reading(database) as session:
        assert verify(entries(session), anchors(session)) is None


def test_a_folder_that_cannot_be_written_leaves_the_day_unanchored(
    sqlite_database: Engine, tmp_path: Path
) -> None:
    fill(sqlite_database, 1)
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(OSError, match="file"),
        acting(sqlite_database, RULES, NOON, lambda _t, _p: None, 0) as act,
    ):
        anchor_day(act, tmp_path / "file")
    with reading(sqlite_database) as session:
        assert anchors(session) == []


def run(database: Engine, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(command, [*words, "--url", database.url.render_as_string()])
    return done.exit_code, done.output


def test_the_command_says_which_entry_is_broken_and_fails(sqlite_database: Engine) -> None:
    fill(sqlite_database)
    code, said = run(sqlite_database, "verify")
    assert (code, "5 entries, unbroken" in said) == (0, True)
    tamper(
        sqlite_database,
        lambda s: s.execute(update(LogEntry).where(LogEntry.seq == 4).values(who="wang")),
    )
    code, said = run(sqlite_database, "verify")
    assert (code, "entry 4: changed" in said) == (1, True)


def test_an_anchor_on_paper_convicts_whoever_rewrote_everything(
    sqlite_database: Engine, tmp_path: Path
) -> None:
    fill(sqlite_database)
    file = tmp_path / "paper.txt"
    assert run(sqlite_database, "anchor", "-o", str(file))[0] == 0
    code, said = run(sqlite_database, "anchor", "-o", str(file))
    assert (code, "never overwritten" in said) == (1, True)
    assert run(sqlite_database, "anchor")[1].splitlines()[2] == "entries: 5"
    code, said = run(sqlite_database, "verify", "--anchor", str(file))
    assert (code, "1 anchors given" in said) == (0, True)
    tamper(sqlite_database, rewrite_all)
    assert run(sqlite_database, "verify")[0] == 0
    code, said = run(sqlite_database, "verify", "--anchor", str(file))
    assert (code, "entry 5: unlike_anchor" in said) == (1, True)
    assert "paper.txt" in said


def test_the_database_s_own_anchors_are_asked_without_being_told(sqlite_database: Engine) -> None:
    fill(sqlite_database)
    with acting(sqlite_database, RULES, NOON, lambda _t, _p: None, 0) as act:
        anchor_day(act, None)
    tamper(sqlite_database, rewrite_all)
    code, said = run(sqlite_database, "verify")
    assert (code, "the anchor of 2026-03-01 in the database" in said) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["verify", "--head", "3"], "give SEQ:HASH"),
        (["verify", "--anchor", "{}/none.txt"], "does not exist"),
        (["verify", "--anchor", "{}"], "holds no anchor"),
        (["verify", "--anchor", "{}/siteward.db"], "is it an anchor?"),
        (["anchor"], "the audit log is empty"),
    ],
)
def test_what_cannot_be_done_is_said(
    sqlite_database: Engine, tmp_path: Path, words: list[str], said: str
) -> None:
    code, output = run(sqlite_database, *(word.format(tmp_path) for word in words))
    assert code != 0
    assert said in " ".join(output.split())


def test_nobody_slips_an_entry_in_between(database: Engine) -> None:
    fill(database, 2)
    values = {
        "at": NOON, "who": "x", "role": "x", "action": "x", "subject": "x", "detail": "{}",
        "previous": head(database, 1).hash, "hash": "x", "version": 2,
    }  # fmt: skip
    with pytest.raises(IntegrityError), writing(database) as session:
        session.execute(insert(LogEntry).values(seq=9, **values))
