"""A kindergarten's site as tests set it up, and the messages it sends."""

import hashlib
import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec
from sqlalchemy import Engine

from siteward_contracts.framing import pack
from siteward_contracts.messages import (
    CameraStatus,
    Detection,
    EvidenceHeader,
    Health,
    Model,
    Progress,
    Sample,
    Status,
    Telemetry,
)
from siteward_ingest.delivery import Delivery
from siteward_ingest.series import Point
from siteward_platform.database.models import (
    Claim,
    Contract,
    Device,
    Measurement,
    Milestone,
    PayeeAccountChange,
    Payment,
    ProgressReport,
    Project,
    WorkItem,
    Zone,
)
from siteward_platform.database.session import writing

SITE = "kindergarten"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
PICTURE = b"\xff\xd8 not really a picture \xff\xd9"
SHA = hashlib.sha256(PICTURE).hexdigest()
BOTH = {"zh": "某", "en": "some"}
_ids = itertools.count(1)


def new_id() -> str:
    return f"test-message-{next(_ids):08d}"


def deliver(device: str, kind: str, payload: bytes, site: str = SITE) -> Delivery:
    return Delivery(f"siteward/v1/{site}/{device}/{kind}", payload, next(_ids))


def telemetry(
    device: str, samples: Iterable[tuple[datetime, dict[str, float]]], site: str = SITE
) -> Delivery:
    kept = [Sample(ts=ts, readings=readings) for ts, readings in samples]
    message = Telemetry(id=new_id(), ts=kept[-1].ts, samples=kept)
    return deliver(device, "telemetry", msgspec.json.encode(message), site)


def intrusion(
    ts: datetime,
    track: str = "t1",
    phase: str = "begin",
    evidence: str | None = SHA,
    kind: str = "intrusion",
    zone: str | None = "pit",
) -> Delivery:
    message = Detection(
        id=new_id(),
        ts=ts,
        kind=kind,
        phase="end" if phase == "end" else "begin",
        confidence=0.91,
        track=track,
        zone=zone,
        box=(0.1, 0.2, 0.1, 0.3),
        model=Model(name="test", version="1"),
        evidence=evidence,
        first_seen=ts - timedelta(seconds=1),
    )
    return deliver("cam-tower", "detection", msgspec.json.encode(message))


def picture(ts: datetime, content: bytes = PICTURE, sha256: str = SHA) -> Delivery:
    header = EvidenceHeader(id=new_id(), ts=ts, sha256=sha256)
    return deliver("cam-tower", "evidence", pack(header, content))


def progress(
    ts: datetime,
    state: str,
    percent: float,
    uncertain: bool = False,
    before: str | None = None,
    last_good: datetime | None = None,
) -> Delivery:
    message = Progress(
        id=new_id(),
        ts=ts,
        zone="structure",
        state=state,
        percent=percent,
        confidence=0.93,
        coverage=0.97,
        method="test",
        uncertain=uncertain,
        before=before,
        last_good=last_good,
    )
    return deliver("cam-tower", "progress", msgspec.json.encode(message))


def status(ts: datetime, online: bool, health: Health | None = None) -> Delivery:
    cameras = [CameraStatus(device="cam-tower", health=health, fps=8, since=ts)] if health else []
    message = Status(id=new_id(), ts=ts, online=online, agent="1", cameras=cameras)
    return deliver("agent", "status", msgspec.json.encode(message))


def set_up(engine: Engine) -> None:
    """The kindergarten of the acceptance scenario, three months in."""
    with writing(engine) as session:
        session.add(
            Project(
                id=SITE, name=BOTH, kind="kindergarten", address="x", latitude=30.0,
                longitude=120.0, started_on=date(2026, 6, 1), planned_finish=date(2027, 3, 31),
            )
        )  # fmt: skip
        session.flush()
        session.add(
            Contract(
                project_id=SITE, contract_sum=Decimal(8000000), approved_estimate=Decimal(8600000),
                approved_variations=Decimal(0), progress_cap=0.97, retention=0.03, wage_share=0.2,
                advance=Decimal(0), signed_on=date(2026, 5, 6), payee_name="x",
                payee_account="6222000011112222",
            )
        )  # fmt: skip
        structure = WorkItem(
            project_id=SITE, id="structure", position=0, name=BOTH, value=Decimal(5600000),
            planned_start=date(2026, 6, 1), planned_finish=date(2026, 12, 31),
        )  # fmt: skip
        fit_out = WorkItem(
            project_id=SITE, id="fit-out", position=1, name=BOTH, value=Decimal(2400000),
            planned_start=date(2026, 12, 1), planned_finish=date(2027, 3, 31),
        )  # fmt: skip
        session.add_all([structure, fit_out])
        session.add(
            Milestone(
                project_id=SITE, id="topping-out", position=0, due=date(2026, 12, 1),
                name={"zh": "主体封顶", "en": "Topping out"}, status="claimed",
                work_items=["structure"],
            )
        )  # fmt: skip
        session.add(
            Zone(
                project_id=SITE, id="structure", position=0, name=BOTH, camera="cam-tower",
                work_item="structure", weight=0.7, polygon=[],
                states=[
                    {"code": "formwork-2", "percent": 36.0,
                     "name": {"zh": "二层模板", "en": "Formwork 2"}}
                ],
            )
        )  # fmt: skip
        for position, (name, kind) in enumerate(
            [("agent", "agent"), ("cam-tower", "camera"), ("dust", "dust_box"), ("crane", "crane")]
        ):
            session.add(Device(project_id=SITE, id=name, position=position, kind=kind, name=BOTH))
        session.add(
            Measurement(
                project_id=SITE, work_item="structure", percent=62.5,
                measured_on=date(2026, 11, 1), measured_by="chief", recorded_at=NOW,
            )
        )  # fmt: skip
        session.add(
            ProgressReport(
                project_id=SITE, work_item="structure", percent=85.0,
                reported_on=date(2026, 11, 20), reported_by="dept", recorded_at=NOW,
            )
        )  # fmt: skip
        for amount, wage, on in ((1400000, 280000, 8), (1200000, 240000, 10)):
            session.add(
                Payment(
                    project_id=SITE, amount=Decimal(amount), wage_amount=Decimal(wage),
                    paid_on=date(2026, on, 20), payee_account="6222000011112222",
                    bank_reference=f"B{on}", purpose="progress", recorded_by="fin",
                    recorded_at=NOW,
                )
            )  # fmt: skip


def file_claim(engine: Engine, **changes: object) -> int:
    """The claim of the acceptance scenario, to a six days old account."""
    with writing(engine) as session:
        session.add(
            PayeeAccountChange(
                project_id=SITE, account="6222999988887777", changed_on=TODAY - timedelta(days=6),
                reason="why", changed_by="fin", recorded_at=NOW,
            )
        )  # fmt: skip
        values: dict[str, object] = {
            "project_id": SITE, "title": "主体封顶", "milestone": "topping-out",
            "amount": Decimal(2900000), "wage_amount": Decimal(580000), "claimed_percent": 60.0,
            "claimed_on": TODAY, "payee_account": "6222999988887777", "state": "submitted",
            "filed_by": "dept", "filed_at": NOW,
        }  # fmt: skip
        claim = Claim(**{**values, **changes})
        session.add(claim)
        session.flush()
        return claim.id


def camera_history(outage_hours: float = 9.0, blind_days: float = 1.68) -> list[Point]:
    """Five weeks of a good camera that was dark in the last one: one stretch, and bits."""
    points = []
    start = NOW - timedelta(days=35)
    week = NOW - timedelta(days=7)
    for n in range(35 * 144):
        ts = start + n * timedelta(minutes=10)
        into = (ts - week).total_seconds() / 3600
        stretch = 0 <= into - 24 < outage_hours
        bits = 48 <= into < 48 + (blind_days * 24 - outage_hours) * 2 and n % 2 == 0
        points.append(Point(SITE, "cam-tower", "camera_ok", ts, float(not (stretch or bits))))
    return points
