"""Pictures that prove a hazard gone: from the same camera, or from a phone on the site."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import select

from siteward_platform.act import Act
from siteward_platform.database.models import (
    AlertRecord,
    Evidence,
    HazardPicture,
    HazardRecord,
    Project,
)
from siteward_platform.hazard_records import get_hazard
from siteward_platform.refusals import ConflictError, InvalidError
from siteward_platform.sealed_evidence import worth_of
from siteward_rules.hazards.recheck import Picture, metres

Part = Literal["before", "after", "look_back"]
PHONE: Final = "phone"
LARGEST: Final = 10 * 1024 * 1024
"""Bytes of a phone's picture."""
FRESH: Final = timedelta(hours=24)
"""How old a phone's picture may be when it comes: there is no signal in some basements."""
_AHEAD: Final = timedelta(minutes=2)
"""How far a phone's clock may be ahead."""
_JPEG: Final = b"\xff\xd8\xff"


@dataclass(frozen=True, slots=True)
class PhonePicture:
    """What a phone says of its picture: when, where (degrees), how surely (metres)."""

    taken_at: datetime
    latitude: float
    longitude: float
    accuracy: float
    part: Part


def add_picture(
    act: Act, hazard_id: int, said: PhonePicture, jpeg: bytes, keep: Callable[[str, bytes], object]
) -> HazardPicture:
    """Keeps a phone's picture under its hash.

    Raises:
        InvalidError: No JPEG, too large, too old or in the future.
        ConflictError: The very same picture is there already, from whomever.
    """
    row = get_hazard(act, hazard_id)
    _check(act, said, jpeg)
    sha256 = hashlib.sha256(jpeg).hexdigest()
    if act.session.get(Evidence, sha256) is not None:
        raise ConflictError("picture_known", "这张图片已经提交过，不能再次作为证据", "请重新拍摄")
    project = act.session.get_one(Project, row.project_id)
    keep(sha256, jpeg)
    act.session.add(
        Evidence(
            sha256=sha256, project_id=row.project_id, device=PHONE, ts=said.taken_at,
            size=len(jpeg), received_at=act.at, purpose=f"hazard_{said.part}",
        )
    )  # fmt: skip
    made = HazardPicture(
        hazard_id=row.id,
        sha256=sha256,
        part=said.part,
        ts=said.taken_at,
        latitude=said.latitude,
        longitude=said.longitude,
        accuracy=said.accuracy,
        distance=metres(said.latitude, said.longitude, project.latitude, project.longitude),
        added_by=act.who.name,
        added_at=act.at,
    )
    act.session.add(made)
    act.session.flush()
    act.log(
        "hazard.picture", f"hazard:{row.id}", project=row.project_id, sha256=sha256,
        part=said.part, taken_at=said.taken_at, distance=round(made.distance or 0.0),
    )  # fmt: skip
    return made


def shown_pictures(
    act: Act, row: HazardRecord, hashes: Sequence[str], part: Part
) -> tuple[Picture, ...]:
    """The pictures somebody shows for a hazard; cameras' ones are tied to it from now on.

    Raises:
        InvalidError: Not here, of another project, or with a signature that does not hold.
    """
    worth = worth_of(act.session, hashes)
    shown = []
    for sha256 in dict.fromkeys(hashes):
        evidence = act.session.get(Evidence, sha256)
        if evidence is None or evidence.project_id != row.project_id:
            raise _unfit(sha256, "no_such_evidence", "本项目没有这张取证图片")
        if worth[sha256] in ("bad_signature", "revoked_key"):
            raise _unfit(sha256, "evidence_not_vouched", "图片签名不符或密钥已吊销")
        known = act.session.get(HazardPicture, (row.id, sha256))
        if evidence.device == PHONE:
            if known is None:
                raise _unfit(sha256, "picture_of_other_hazard", "该图片属于另一项隐患")
            accuracy = known.accuracy or 0.0
            shown.append(Picture(sha256, evidence.ts, distance=known.distance, accuracy=accuracy))
            continue
        if known is None:
            _tie(act, row, evidence, part)
        moved = _had_moved(act, evidence)
        shown.append(Picture(sha256, evidence.ts, evidence.device, moved))
    return tuple(shown)


def _check(act: Act, said: PhonePicture, jpeg: bytes) -> None:
    if not jpeg.startswith(_JPEG):
        raise InvalidError("not_a_jpeg", "图片须为 JPEG 格式", "请重新拍摄", {"body": "不是 JPEG"})
    if len(jpeg) > LARGEST:
        raise InvalidError("picture_too_large", f"图片不能超过 {LARGEST >> 20} MB", "请缩小后提交")
    if not act.at - FRESH <= said.taken_at <= act.at + _AHEAD:
        raise InvalidError(
            "picture_not_fresh",
            "图片须为最近 24 小时内拍摄",
            "请检查手机时间，或重新拍摄",
            {"taken_at": "超出范围"},
        )


def _tie(act: Act, row: HazardRecord, evidence: Evidence, part: Part) -> None:
    act.session.add(
        HazardPicture(
            hazard_id=row.id, sha256=evidence.sha256, part=part, ts=evidence.ts,
            camera=evidence.device, added_by=act.who.name, added_at=act.at,
        )
    )  # fmt: skip


def _had_moved(act: Act, evidence: Evidence) -> bool:
    """Whether the camera stood otherwise than set up: its picture shows another place."""
    query = select(AlertRecord.id).where(
        AlertRecord.project_id == evidence.project_id,
        AlertRecord.device == evidence.device,
        AlertRecord.kind == "camera_moved",
        AlertRecord.verdict.is_distinct_from("false_alarm"),
        AlertRecord.started_at <= evidence.ts,
        AlertRecord.resolved_at.is_(None) | (AlertRecord.resolved_at > evidence.ts),
    )
    return act.session.scalars(query.limit(1)).first() is not None


def _unfit(sha256: str, code: str, words: str) -> InvalidError:
    return InvalidError(code, words, "请选择另一张图片", {"pictures": f"{sha256[:12]}：{words}"})
