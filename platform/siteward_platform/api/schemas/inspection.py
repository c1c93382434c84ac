"""What inspectors see of their day, and what they did on site.

``done_at`` is the phone's clock at the moment of the act; a phone without a line sends it hours
later, and both times are kept.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from siteward_platform.api.schemas.safety import AlertOut
from siteward_platform.api.schemas.uploads import Place, Sha256
from siteward_platform.api.schemas.values import Failure, In, Out, Reason, Slug, Text
from siteward_platform.checklists import Checklist

Photos = Annotated[list[Sha256], Field(max_length=12)]
Note = Annotated[str, Field(max_length=2000)]
Stroke = Annotated[list[tuple[int, int]], Field(min_length=1, max_length=600)]


class Signature(In):
    """A name drawn by finger: strokes of points on a field 1000 wide and 400 high."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    strokes: Annotated[list[Stroke], Field(min_length=1, max_length=60)]


class OnSiteIn(In):
    """What every act on site says of itself. Its photos must have been stored before."""

    done_at: AwareDatetime
    place: Place | None = None
    photos: Photos = Field(default_factory=list)
    note: Note = ""


class ConfirmationIn(OnSiteIn):
    """What an inspector found where an alert sent them.

    ``seen_verdict_at`` is the verdict the phone showed, if any: a newer one is not overwritten.
    """

    alert: int
    verdict: Literal["confirmed", "false_alarm", "cannot_tell"]
    reason: Annotated[str, Field(max_length=200)] = ""
    seen_verdict_at: AwareDatetime | None = None


class Answer(In):
    """What was found of one item; ``bad`` needs a note or a photo."""

    item: Annotated[str, Field(max_length=32)]
    found: Literal["good", "bad", "not_there"]
    note: Note = ""
    photos: Photos = Field(default_factory=list)


class VisitReportIn(OnSiteIn):
    """A visit that was made, planned (``visit``) or not."""

    project: Slug
    visit: int | None = None
    checklist: Annotated[str, Field(max_length=32)] | None = None
    version: int | None = None
    answers: Annotated[list[Answer], Field(max_length=60)] = Field(default_factory=list)
    signature: Signature | None = None


class AcceptanceRequestIn(OnSiteIn):
    """The work of a milestone is done, please accept it; with at least one photo and a name.

    ``seen_status`` is what the phone showed: a milestone that moved meanwhile is not touched.
    """

    project: Slug
    milestone: Slug
    seen_status: Literal["planned", "rejected", "claimed"]
    photos: Annotated[Photos, Field(min_length=1)]
    signature: Signature


class VisitIn(In):
    """A visit to make. Without an inspector it is anybody's."""

    planned_on: date
    purpose: Reason
    inspector: Slug | None = None
    checklist: Annotated[str, Field(max_length=32)] | None = None


class VisitOut(Out):
    """A visit and whether it was made."""

    id: int
    project: str
    planned_on: date
    purpose: str
    inspector: str | None
    inspector_name: str | None
    checklist: str | None
    planned_by: str | None
    done_by: str | None
    done_at: datetime | None


class FieldActOut(Out):
    """Something done on site, as it was sent, and when it came."""

    key: str
    kind: Literal["confirmation", "visit_report", "acceptance_request"]
    project: str
    subject: str
    by: str | None
    done_at: datetime
    received_at: datetime
    photos: list[str]
    body: dict[str, object]


class FieldAlert(AlertOut):
    """An alert with the moment of its verdict, so that a phone can say what it has seen."""

    verdict_at: datetime | None


class FieldMilestone(Out):
    """A milestone as a phone needs it; ``asked_by`` is who asked last for its acceptance."""

    id: str
    name: Text
    due: date
    status: Literal["planned", "claimed", "accepted", "rejected"]
    asked_by: str | None
    asked_at: datetime | None


class FieldSite(Out):
    """A project as a phone needs it; without coordinates both are null."""

    id: str
    name: Text
    address: str
    latitude: float | None
    longitude: float | None
    milestones: list[FieldMilestone]


class Colleague(Out):
    """Somebody who may be sent to a site."""

    username: str
    display_name: str


class InspectionDay(Out):
    """All a phone needs to work a day without a line."""

    at: datetime
    today: date
    visits: list[VisitOut]
    alerts: list[FieldAlert]
    sites: list[FieldSite]
    checklists: list[Checklist]
    colleagues: list[Colleague]


class AlertConflict(Failure):
    """Somebody judged the alert meanwhile; ``present`` is their verdict."""

    present: FieldAlert


class VisitConflict(Failure):
    """Somebody made the visit meanwhile; ``present`` says who."""

    present: VisitOut


class MilestoneConflict(Failure):
    """The milestone moved meanwhile; ``present`` says where to."""

    present: FieldMilestone
