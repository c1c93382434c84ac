"""One person's act: the transaction it happens in, who acts, and when."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from siteward_contracts.clock import SHANGHAI
from siteward_contracts.topics import events_topic
from siteward_platform.audit.log import append
from siteward_platform.database.models import Project
from siteward_platform.database.session import reading, writing
from siteward_platform.refusals import InvalidError, NotFoundError
from siteward_rules.money.hold_states import Actor

Publish = Callable[[str, bytes], None]
"""Sends a payload to a topic, at most once."""


@dataclass(frozen=True, slots=True)
class Act:
    """What a service needs beside its arguments.

    Attributes:
        session: The transaction; committed when the act ends well.
        who: Name and role.
        at: When.
        backdating_days: How old a date that somebody states may be.
        events: What to announce after the commit: topic and payload.
        logged: Action and subject of what was written to the audit log.
        moves: Transitions of claims that no entry of the log has recorded yet.
    """

    session: Session
    who: Actor
    at: datetime
    backdating_days: int = 31
    events: list[tuple[str, bytes]] = field(default_factory=list)
    logged: list[tuple[str, str]] = field(default_factory=list)
    moves: list[tuple[str, str]] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The legal date."""
        return self.at.astimezone(SHANGHAI).date()

    def log(self, action: str, subject: str, /, **detail: object) -> None:
        """Appends to the audit log in the same transaction, with the transitions made of it."""
        if mine := [event for moved, event in self.moves if moved == subject]:
            detail["moves"] = mine
            self.moves[:] = [move for move in self.moves if move[0] != subject]
        append(self.session, self.at, self.who.name, self.who.role, action, subject, detail)
        self.logged.append((action, subject))

    def announce(self, event: str, project: str, id: str | int, state: str = "") -> None:
        """Tells whoever watches, once the transaction is committed."""
        payload = {"event": event, "project": project, "id": id, "state": state, "ts": self.at}
        self.events.append((events_topic(project), msgspec.json.encode(payload)))

    def change(self, project_id: str) -> Project:
        """Locks a project for a change of its facts and counts the change.

        Raises:
            NotFoundError: There is no such project.
        """
        query = select(Project).where(Project.id == project_id).with_for_update()
        fresh = query.execution_options(populate_existing=True)
        project = self.session.scalars(fresh).one_or_none()
        if project is None:
            raise no_project(project_id)
        project.facts_version += 1
        return project

    def check_date(self, name: str, day: date) -> None:
        """Refuses a stated date that is in the future or too old.

        Raises:
            InvalidError: Names the field and the allowed range.
        """
        oldest = self.today - timedelta(days=self.backdating_days)
        if day > self.today:
            message, code = f"日期 {day} 晚于今天", "date_in_future"
        elif day < oldest:
            message, code = f"日期 {day} 早于允许补录的期限", "date_too_old"
        else:
            return
        raise InvalidError(
            code, message, f"请填写 {oldest} 至 {self.today} 之间的日期", {name: message}
        )


def no_project(project_id: str) -> NotFoundError:
    """The refusal for an unknown project."""
    return NotFoundError("no_such_project", f"没有编号为 {project_id} 的项目", "请从项目列表中选择")


@contextmanager
def acting(
    engine: Engine, who: Actor, at: datetime, publish: Publish, backdating_days: int
) -> Iterator[Act]:
    """An act that changes things; its events go out after the commit, messages commit with it."""
    from siteward_platform.webhooks.outbox import keep_messages  # it uses acts itself

    with writing(engine) as session:
        act = Act(session, who, at, backdating_days)
        yield act
        if act.moves:
            raise AssertionError(f"not in the audit log: {act.moves}")
        keep_messages(act)
    for topic, payload in act.events:
        publish(topic, payload)


@contextmanager
def looking(engine: Engine, who: Actor, at: datetime) -> Iterator[Act]:
    """An act that only reads."""
    with reading(engine) as session:
        yield Act(session, who, at)
