"""Makes reports that were asked for, one at a time, beside the API's own work.

A thread is enough: the pages are set by native code that lets the others run. What was being made
when the process ended is made again at the next start.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Final, cast

from sqlalchemy import Engine, select, update

from siteward_contracts.clock import Clock
from siteward_ingest.series import SeriesStore
from siteward_platform.act import Act, acting
from siteward_platform.api.views.people import shown_name
from siteward_platform.database.models import Report
from siteward_platform.database.session import reading, writing
from siteward_platform.projects import get_project, list_projects
from siteward_platform.reports.archive import keep
from siteward_platform.reports.compose import project_document, street_document
from siteward_platform.reports.document import Document
from siteward_platform.reports.material import gather, month_of, since_start
from siteward_platform.reports.pdf import as_pdf
from siteward_platform.reports.words import Language
from siteward_platform.reports.workbook import as_workbook
from siteward_rules.money.hold_states import Actor

_log = logging.getLogger(__name__)
_LOOK_EVERY: Final = 60.0
"""Seconds between looks at the list, should a call have been missed."""
_READ, _SET, _PRINTED = 60, 85, 95
Told = Callable[[int], None]


class Press:
    """Makes what is on the list while it runs.

    Args:
        database: Where the list and the facts are.
        series: Where devices' health is read.
        folder: Where files go.
        clock: Now.
    """

    def __init__(self, database: Engine, series: SeriesStore, folder: Path, clock: Clock) -> None:
        """Keeps its parts."""
        self._database, self._series, self._folder, self._clock = database, series, folder, clock
        self._call, self._over = Event(), Event()

    def call(self) -> None:
        """There is something new on the list."""
        self._call.set()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Works in a thread until the block ends; a report at work is finished first."""
        thread = Thread(target=self._work, name="reports")
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            self._call.set()
            thread.join()

    def _work(self) -> None:
        taken_up = False
        while not self._over.is_set():
            try:
                if not taken_up:
                    self._take_up()
                    taken_up = True
                while not self._over.is_set() and (number := self._next()) is not None:
                    self.make(number)
            except Exception:  # noqa: BLE001 - a lost database must not end the thread
                _log.exception("report_list_failed")
            self._call.wait(_LOOK_EVERY)
            self._call.clear()

    def _take_up(self) -> None:
        """What was at work when the process ended waits again."""
        with writing(self._database) as session:
            session.execute(update(Report).where(Report.state == "working").values(state="waiting"))

    def _next(self) -> int | None:
        query = select(Report.id).where(Report.state == "waiting").order_by(Report.id).limit(1)
        with reading(self._database) as session:
            return session.scalars(query).one_or_none()

    def make(self, number: int) -> None:
        """Makes one report; whatever goes wrong is said in it, and the next has its turn."""
        try:
            self._tell(number, 5)
            document = self._document(number)
            self._tell(number, _READ)
            pdf = as_pdf(document)
            self._tell(number, _SET)
            xlsx = as_workbook(document)
            self._tell(number, _PRINTED)
            self._deliver(number, pdf, xlsx)
        except Exception as error:  # noqa: BLE001 - the report says it, the next has its turn
            _log.exception("report_failed report=%d", number)
            with writing(self._database) as session:
                row = session.get_one(Report, number)
                row.state, row.error = "failed", str(error) or type(error).__name__

    def _document(self, number: int) -> Document:
        now = self._clock()
        with reading(self._database) as session:
            row = session.get_one(Report, number)
            author = shown_name(session, row.asked_by) or row.asked_by
            who, language = Actor(row.asked_by, row.asked_role), cast(Language, row.language)
            if row.kind == "street":
                period = month_of(row.month, now)
                ids = [project.id for project in list_projects(session)]
                materials = []
                for n, project in enumerate(ids, 1):
                    materials.append(
                        gather(Act(session, who, period.as_of), self._series, project, period)
                    )
                    self._tell(number, 5 + (_READ - 5) * n // len(ids))
                return street_document(materials, period, language, author, now)
            assert row.project_id is not None
            started = get_project(session, row.project_id).started_on
            period = month_of(row.month, now) if row.month else since_start(started, now)
            act = Act(session, who, period.as_of)
            material = gather(act, self._series, row.project_id, period)
            return project_document(material, row.kind == "month", language, author, now)

    def _tell(self, number: int, percent: int) -> None:
        with writing(self._database) as session:
            row = session.get_one(Report, number)
            row.state, row.done_percent = "working", percent

    def _deliver(self, number: int, pdf: bytes, xlsx: bytes) -> None:
        hashes = keep(self._folder, pdf, "pdf"), keep(self._folder, xlsx, "xlsx")
        with reading(self._database) as session:
            row = session.get_one(Report, number)
            who = Actor(row.asked_by, row.asked_role)
        with acting(self._database, who, self._clock(), _silent, 0) as act:
            row = act.session.get_one(Report, number)
            row.pdf, row.xlsx = hashes
            row.pdf_size, row.xlsx_size = len(pdf), len(xlsx)
            row.state, row.done_percent, row.done_at, row.error = "done", 100, act.at, ""
            act.log("report.make", f"report:{number}", pdf=row.pdf, xlsx=row.xlsx)


def _silent(_topic: str, _payload: bytes) -> None:
    """A report changes nothing that others watch."""
