"""Hazards and the steps of putting them right."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from siteward_platform.api.schemas.values import In, Out, Reason, Severity, SignatureState, Text
from siteward_rules.hazards.states import HazardEvent, HazardState

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Line = Annotated[str, Field(min_length=2, max_length=200)]
PicturePart = Literal["before", "after", "look_back"]


class HazardIn(In):
    """A hazard somebody found; what the safety staff finds is confirmed by that.

    ``due`` is the standard one for the severity unless given. Nothing is ``major`` from the start:
    it is recorded as suspected and graded by its clause.
    """

    kind: str
    severity: Severity
    description: Reason
    found_on: date
    due: date | None = None
    alert: int | None = None


class StepIn(In):
    """What every step may say: the day it happened, if it is put on record later."""

    on: date | None = None


class HazardJudgementIn(StepIn):
    """Confirms or dismisses what somebody reported."""

    note: Reason


class HazardGradeIn(In):
    """Another severity. ``major`` needs edition, article and the words of its clause."""

    severity: Severity
    reason: Reason
    edition: str = ""
    article: Annotated[str, Field(max_length=20)] = ""
    quoted: Annotated[str, Field(max_length=1000)] = ""


class HazardOrderIn(StepIn):
    """An order: 整改通知单 (rectification) or 工程暂停令 (suspension)."""

    kind: Literal["rectification", "suspension"]
    addressee: Line
    requirements: Reason
    due: date | None = None
    later_reason: Annotated[str, Field(max_length=500)] = ""


class HazardPlanIn(StepIn):
    """三定: measures, the person in charge, the day it will be done."""

    measures: Reason
    person: Line
    deadline: date


class HazardSubmissionIn(StepIn):
    """整改回复单: what was done and by whom."""

    fixed_by: Line
    note: Reason


class HazardRecheckIn(StepIn):
    """What another person than the fixer found; pictures are hashes of evidence.

    Without pictures, ``no_picture_reason`` says why; major and suspected hazards need one.
    """

    passed: bool
    note: Reason
    pictures: Annotated[tuple[Sha256, ...], Field(max_length=20)] = ()
    no_picture_reason: Annotated[str, Field(max_length=500)] = ""


class HazardLookBackIn(StepIn):
    """回头看: whether it lasts."""

    effective: bool
    note: Reason
    pictures: Annotated[tuple[Sha256, ...], Field(max_length=20)] = ()


class HazardNoteIn(In):
    """A step that needs nothing but its reason."""

    note: Reason


class HazardSupervisionIn(In):
    """挂牌督办: on the list, or off it."""

    listed: bool
    note: Reason


class HazardClosureIn(In):
    """销号 after a recheck, by another person than who found or fixed it."""

    closed_on: date
    note: Reason


class ClockOut(Out):
    """What is waited for, and until when."""

    name: Literal["confirm", "order", "control", "rectify", "recheck", "close", "look_back"]
    due: datetime


class HazardOut(Out):
    """Where a hazard stands."""

    id: int
    project: str
    kind: str
    severity: Severity
    description: str
    clause: str
    found_by: str
    found_on: date
    due: date
    closed_on: date | None
    closed_by: str | None
    state: HazardState
    since: datetime
    camera: str | None
    clock: ClockOut | None
    overdue: str
    suspended: bool
    supervised: bool
    look_backs: int
    look_back_due: date | None


class HazardOrderOut(Out):
    """An order; its page to print is at ``/hazards/{hazard}/orders/{number}``."""

    number: str
    kind: Literal["rectification", "suspension"]
    issued_by: str
    issued_at: datetime
    due: date
    addressee: str
    requirements: str


class HazardPictureOut(Out):
    """A picture of a hazard, before or after."""

    sha256: str
    part: PicturePart
    ts: datetime
    camera: str | None
    distance: float | None
    added_by: str
    signature: SignatureState | None


class HazardStepOut(Out):
    """One line of a hazard's history."""

    at: datetime
    who: str
    action: str
    text: Text


class HazardDetail(HazardOut):
    """A hazard with its orders, pictures and history, and what this person may do next."""

    fixed_by: str
    orders: list[HazardOrderOut]
    pictures: list[HazardPictureOut]
    history: list[HazardStepOut]
    allowed_steps: list[HazardEvent]


class ArticleOut(Out):
    """An article of the criteria, summarised."""

    id: str
    title: str
    trust: str
    items: list[str]


class EditionOut(Out):
    """An edition of the criteria for major hazards; ``complete`` ones list every article."""

    edition: str
    title: str
    doc: str
    trust: str
    complete: bool
    superseded_by: str | None
    articles: list[ArticleOut]


class QualifiedPersonIn(In):
    """Who may grade major hazards of a project besides the chief supervisor (admin)."""

    certificate: Line
    valid_to: date


class QualifiedPersonOut(Out):
    """A named qualified person."""

    username: str
    certificate: str
    valid_to: date
