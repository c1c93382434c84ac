"""Hazards as people read them."""

import json
from typing import Any, Final

from sqlalchemy import select

from siteward_platform.act import Act
from siteward_platform.api.schemas.hazards import (
    ClockOut,
    HazardDetail,
    HazardOrderOut,
    HazardOut,
    HazardPictureOut,
    HazardStepOut,
)
from siteward_platform.api.schemas.values import Text
from siteward_platform.api.views.people import shown_name
from siteward_platform.database.models import (
    HazardOrder,
    HazardPicture,
    HazardRecord,
    LogEntry,
    Project,
)
from siteward_platform.documents import render
from siteward_platform.hazard_records import get_hazard, hazard_of
from siteward_platform.refusals import NotFoundError
from siteward_platform.sealed_evidence import worth_of
from siteward_rules.hazards.hazard import Hazard, clock
from siteward_rules.hazards.states import ROLES, TRANSITIONS, HazardEvent
from siteward_rules.money.hold_states import Actor

_PEOPLE: Final = ("found_by", "closed_by")
_SAME: Final = set(HazardOut.model_fields) - {"project", "clock", *_PEOPLE}
_TITLES: Final = {"rectification": "隐患整改通知单", "suspension": "工程暂停令"}
_ISSUERS: Final = {"chief_supervisor": "总监理工程师", "inspector": "巡查员"}

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "hazard.record": ("登记隐患：{description}", "Recorded: {description}"),
    "hazard.confirm": ("核实属实：{note}", "Confirmed: {note}"),
    "hazard.dismiss": ("核实为误报：{note}", "Dismissed: {note}"),
    "hazard.grade": ("调整等级：{reason}{clause}", "Graded: {reason} {clause}"),
    "hazard.order": ("下达 {number}，限期 {due}", "Order {number}, due {due}"),
    "hazard.plan": ("三定：{measures}；{person}，{deadline}", "Plan: {measures}; {person}, {deadline}"),
    "hazard.submit": ("整改完成：{note}（{fixed_by}）", "Said to be fixed: {note} ({fixed_by})"),
    "hazard.picture": ("现场照片，距工地 {distance} 米", "Picture, {distance} m from the site"),
    "hazard.recheck": ("复查：{note}{no_picture_reason}", "Recheck: {note} {no_picture_reason}"),
    "hazard.resume": ("同意复工：{note}", "Work may go on: {note}"),
    "hazard.supervise": ("挂牌督办：{note}", "Supervision list: {note}"),
    "hazard.close": ("销号：{note}", "Closed: {note}"),
    "hazard.look_back_due": ("“回头看”到期", "Look-back is due"),
    "hazard.look_back": ("“回头看”：{note}", "Look-back: {note}"),
    "hazard.overdue": ("逾期：{clock}", "Overdue: {clock}"),
}  # fmt: skip


def hazard_out(act: Act, row: HazardRecord) -> HazardOut:
    """A hazard."""
    running = clock(hazard_of(row))
    return HazardOut(
        project=row.project_id,
        clock=ClockOut.model_validate(running) if running else None,
        **{name: getattr(row, name) for name in _SAME},
        **{name: shown_name(act.session, getattr(row, name)) for name in _PEOPLE},
    )


def hazard_detail(act: Act, row: HazardRecord) -> HazardDetail:
    """The hazard's page."""
    short = hazard_out(act, row)
    hazard = hazard_of(row)
    return HazardDetail(
        **{name: getattr(short, name) for name in HazardOut.model_fields},
        fixed_by=row.fixed_by,
        orders=[_order(act, order) for order in _orders(act, row)],
        pictures=_pictures(act, row),
        history=_history(act, row),
        allowed_steps=allowed_steps(hazard, act.who),
    )


def allowed_steps(hazard: Hazard, who: Actor) -> list[HazardEvent]:
    """What somebody's role may do with a hazard as it stands."""
    return [
        event for state, event in TRANSITIONS if state is hazard.state and who.role in ROLES[event]
    ]


def order_page(act: Act, hazard_id: int, number: str) -> str:
    """An order to print.

    Raises:
        NotFoundError: No such hazard, or no such order of it.
    """
    row = get_hazard(act, hazard_id)
    order = next((o for o in _orders(act, row) if o.number == number), None)
    if order is None:
        raise NotFoundError("no_such_order", f"该隐患没有编号为 {number} 的通知", "请从列表中选择")
    return render(
        "hazard_order.html",
        title=_TITLES[order.kind],
        order=order,
        hazard=row,
        project=act.session.get_one(Project, row.project_id).name["zh"],
        issuer=shown_name(act.session, order.issued_by) or order.issued_by,
        role=_ISSUERS[order.issued_role],
    )


def _orders(act: Act, row: HazardRecord) -> list[HazardOrder]:
    query = select(HazardOrder).where(HazardOrder.hazard_id == row.id).order_by(HazardOrder.id)
    return list(act.session.scalars(query))


def _order(act: Act, order: HazardOrder) -> HazardOrderOut:
    out = HazardOrderOut.model_validate(order)
    name = shown_name(act.session, order.issued_by) or order.issued_by
    return out.model_copy(update={"issued_by": name})


def _pictures(act: Act, row: HazardRecord) -> list[HazardPictureOut]:
    query = select(HazardPicture).where(HazardPicture.hazard_id == row.id)
    pictures = act.session.scalars(query.order_by(HazardPicture.ts)).all()
    worth = worth_of(act.session, [picture.sha256 for picture in pictures])
    return [
        HazardPictureOut(
            **{
                name: getattr(picture, name)
                for name in set(HazardPictureOut.model_fields) - {"added_by", "signature"}
            },
            added_by=shown_name(act.session, picture.added_by) or picture.added_by,
            signature=worth.get(picture.sha256),
        )
        for picture in pictures
    ]


def _history(act: Act, row: HazardRecord) -> list[HazardStepOut]:
    query = select(LogEntry).where(LogEntry.subject == f"hazard:{row.id}").order_by(LogEntry.seq)
    return [
        HazardStepOut(
            at=entry.at,
            who=shown_name(act.session, entry.who) or entry.who,
            action=entry.action,
            text=_words(entry),
        )
        for entry in act.session.scalars(query)
    ]


def _words(entry: LogEntry) -> Text:
    zh, en = _WORDS.get(entry.action, (entry.action, entry.action))
    said = _Blanks(json.loads(entry.detail))
    return Text(zh=zh.format_map(said), en=en.format_map(said).strip())


class _Blanks(dict[str, Any]):
    """What an older entry does not say stays a dash."""

    def __missing__(self, key: str) -> str:
        return "—"
