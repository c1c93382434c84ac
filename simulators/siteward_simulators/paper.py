"""The paper side of a project as plain steps in order of their dates: who asks what of the API.

Pure: nothing here speaks HTTP. ``{claim}`` and ``{hazard}`` in a path stand for the id of the
thing a step names, which only the platform knows.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

from siteward_simulators.world.calendar import Calendar
from siteward_simulators.world.chance import seed_of
from siteward_simulators.world.scenario import Claim, FoundHazard, Scenario

Refers = Literal["claim", "hazard"]


@dataclass(frozen=True, slots=True)
class Step:
    """One request.

    Attributes:
        day: Its date, relative to day 0.
        key: Names it among all steps of a site; what was done is remembered under it.
        who: Username.
        method: HTTP method.
        path: Below ``/api/v1``.
        body: JSON body.
        makes: Kind of the thing it creates, found again by ``name``.
        refers: Kind of the thing its path stands for.
        name: A claim's title or a hazard's description.
        awaits: The claim must first allow this action to ``who``.
    """

    day: int
    key: str
    who: str
    method: str
    path: str
    body: dict[str, Any]
    makes: Refers | None = None
    refers: Refers | None = None
    name: str = ""
    awaits: str = ""


ACCOUNTS: Final[tuple[tuple[str, str, str], ...]] = (
    ("supervisor", "林岚（人大街道工委）", "supervisor"),
    ("inspector", "吴刚（现场监督员）", "inspector"),
    ("department", "孙洁（责任部门）", "department"),
    ("chief", "郑远（总监理工程师）", "chief_supervisor"),
    ("finance", "钱文（街道财政所）", "finance"),
    ("auditor", "许诚（审计）", "auditor"),
    ("panel", "社会监督团", "panel"),
)
"""Username, display name and role of everybody in the demo beside the admin."""


def set_up(s: Scenario, calendar: Calendar) -> Step:
    """The admin's request that sets the project up."""
    date = calendar.date
    contract = s.contract.model_dump(mode="json", exclude={"signed"})
    body = {
        **s.project.model_dump(mode="json", exclude={"id", "started", "planned_finish"}),
        "started_on": str(date(s.project.started)),
        "planned_finish": str(date(s.project.planned_finish)),
        "contract": {**contract, "signed_on": str(date(s.contract.signed))},
        "work_items": [
            {
                **item.model_dump(mode="json", include={"id", "name", "value"}),
                "planned_start": str(date(item.planned[0])),
                "planned_finish": str(date(item.planned[1])),
            }
            for item in s.work_items
        ],
        "milestones": [
            {
                **milestone.model_dump(mode="json", include={"id", "name", "work_items"}),
                "due": str(date(milestone.due)),
            }
            for milestone in s.milestones
        ],
        "zones": [
            {
                **zone.model_dump(mode="json", exclude={"bands", "states"}),
                "states": [
                    state.model_dump(mode="json", exclude={"pattern"}) for state in zone.states
                ],
            }
            for zone in s.zones
        ],
        "danger_zones": [
            zone.model_dump(mode="json", exclude={"polygon"}) for zone in s.danger_zones
        ],
        "devices": _devices(s),
    }
    return Step(s.project.started, "project", "admin", "PUT", f"/projects/{s.site}", body)


def _devices(s: Scenario) -> list[dict[str, Any]]:
    agent = {"id": s.agent, "kind": "agent", "name": {"zh": "边缘主机", "en": "Edge agent"}}
    others = [("camera", camera.id, camera.name) for camera in s.cameras]
    others += [("dust_box", s.dust_box.id, s.dust_box.name)] if s.dust_box else []
    others += [("crane", s.crane.id, s.crane.name)] if s.crane else []
    return [agent, *({"id": i, "kind": k, "name": n.model_dump()} for k, i, n in others)]


def progress(s: Scenario, calendar: Calendar) -> list[Step]:
    """What was measured, reported and accepted before day 0, in order of its date."""
    steps = [*_percents(s, calendar), *_milestones(s, calendar)]
    return sorted(steps, key=lambda step: step.day)  # stable: a day's steps keep this order


def affairs(s: Scenario, calendar: Calendar) -> list[Step]:
    """Payee accounts, hazards and claims before day 0, in order of their dates."""
    steps = _accounts(s, calendar)
    for hazard in s.hazards:
        steps += _hazard(s, calendar, hazard)
    for claim in s.claims:
        steps += filing(s, calendar, claim)
        if claim.paid is not None:
            steps += [paying(calendar, claim, "wage"), paying(calendar, claim, "works")]
    return sorted(steps, key=lambda step: step.day)


def _percents(s: Scenario, calendar: Calendar) -> list[Step]:
    steps = []
    for who, route, entries, stamp in (
        ("chief", "measurements", s.measurements, "measured_on"),
        ("department", "reports", s.reports, "reported_on"),
    ):
        for entry in entries:
            for item, percent in entry.percents.items():
                day = str(calendar.date(entry.day))
                body = {"work_item": item, "percent": percent, stamp: day}
                key = f"{route}/{item}/{entry.day}"
                path = f"/projects/{s.site}/{route}"
                steps.append(Step(entry.day, key, who, "POST", path, body))
    return steps


def _milestones(s: Scenario, calendar: Calendar) -> list[Step]:
    steps = []
    for m in s.milestones:
        path = f"/projects/{s.site}/milestones/{m.id}"
        if m.claimed is not None:
            body: dict[str, Any] = {"claimed_on": str(calendar.date(m.claimed))}
            key = f"milestone/{m.id}/claim"
            steps.append(Step(m.claimed, key, "department", "POST", f"{path}/claim", body))
        if m.accepted is not None:
            body = {"accepted": True, "accepted_on": str(calendar.date(m.accepted))}
            key = f"milestone/{m.id}/acceptance"
            steps.append(Step(m.accepted, key, "chief", "POST", f"{path}/acceptance", body))
    return steps


def _accounts(s: Scenario, calendar: Calendar) -> list[Step]:
    return [
        Step(
            change.day,
            f"payee/{change.day}",
            "finance",
            "PUT",
            f"/projects/{s.site}/payee-account",
            {
                "account": change.account,
                "changed_on": str(calendar.date(change.day)),
                "reason": change.reason,
            },
        )
        for change in s.payee_changes
    ]


def _hazard(s: Scenario, calendar: Calendar, hazard: FoundHazard) -> list[Step]:
    body: dict[str, Any] = {
        "kind": hazard.kind,
        "severity": hazard.severity,
        "description": hazard.description,
        "found_on": str(calendar.date(hazard.day)),
        "due": str(calendar.date(hazard.due)),
    }
    name = hazard.description
    path = f"/projects/{s.site}/hazards"
    found = Step(
        hazard.day, f"hazard/{name}", "inspector", "POST", path, body, makes="hazard", name=name
    )
    if hazard.closed is None:
        return [found]
    return [found, *_rectification(calendar, hazard, body["due"])]


def _rectification(calendar: Calendar, hazard: FoundHazard, due: str) -> list[Step]:
    """Ordered the day it was found, fixed, rechecked and closed by others than the finder."""
    assert hazard.closed is not None
    found, closed = str(calendar.date(hazard.day)), str(calendar.date(hazard.closed))
    order = {
        "kind": "rectification", "addressee": "项目经理部", "requirements": "立即整改并书面回复",
        "due": due, "on": found,
    }  # fmt: skip
    reply = {"fixed_by": "专职安全员", "note": "已按要求整改到位", "on": closed}
    recheck = {
        "passed": True, "note": "现场复查，已整改到位", "on": closed,
        "no_picture_reason": "平台启用前整改，依据纸质复查记录补录",
    }  # fmt: skip
    closure = {"closed_on": closed, "note": "复查合格，予以销号"}
    rows: list[tuple[int, str, str, dict[str, Any]]] = [
        (hazard.day, "order", "chief", order),
        (hazard.closed, "submission", "department", reply),
        (hazard.closed, "recheck", "supervisor", recheck),
        (hazard.closed, "closure", "supervisor", closure),
    ]
    name = hazard.description
    return [
        Step(
            day, f"hazard/{name}/{act}", who, "POST", f"/hazards/{{hazard}}/{act}", body,
            refers="hazard", name=name,
        )
        for day, act, who, body in rows
    ]  # fmt: skip


def filing(s: Scenario, calendar: Calendar, claim: Claim) -> list[Step]:
    """The department files a claim and the chief supervisor signs it."""
    body = {
        **claim.model_dump(
            mode="json",
            include={"title", "milestone", "amount", "wage_amount", "claimed_percent"},
        ),
        "claimed_on": str(calendar.date(claim.day)),
        "payee_account": s.payee_account(claim.day),
        "invoice": f"2433{calendar.date(claim.day):%Y%m%d}{digits(s.site, claim.title):08d}",
    }
    path = f"/projects/{s.site}/claims"
    signature = {"signed_on": str(calendar.date(claim.signed)), "note": "工程量已核"}
    return [
        Step(
            claim.day, f"claim/{claim.title}", "department", "POST", path, body,
            makes="claim", name=claim.title,
        ),
        Step(
            claim.signed, f"claim/{claim.title}/signature", "chief", "POST",
            "/claims/{claim}/signature", signature, refers="claim", name=claim.title,
        ),
    ]  # fmt: skip


def paying(calendar: Calendar, claim: Claim, part: Literal["wage", "works"]) -> Step:
    """Finance pays a part of a claim once the platform lets it."""
    day = claim.paid if claim.paid is not None else claim.day
    reference = f"YH{calendar.date(day):%Y%m%d}{digits(claim.title, part):08d}"
    body = {"paid_on": str(calendar.date(day)), "bank_reference": reference}
    action = "pay_wages" if part == "wage" else "pay_works"
    key, path = f"claim/{claim.title}/{part}", f"/claims/{{claim}}/{part}-payment"
    return Step(
        day, key, "finance", "POST", path, body, refers="claim", name=claim.title, awaits=action
    )


def digits(*parts: str) -> int:
    """Eight stable digits, for numbers on paper that only have to differ."""
    return seed_of(*parts) % 10**8
