"""What vouches for a picture."""

from datetime import datetime

from sqlalchemy import desc, select

from siteward_contracts.signatures import fingerprint
from siteward_platform.act import Act
from siteward_platform.api.schemas.safety import EvidenceItem, EvidenceOut, EvidenceStrip
from siteward_platform.database.models import AgentKey, Evidence
from siteward_platform.refusals import NotFoundError
from siteward_platform.sealed_evidence import worth


def no_evidence() -> NotFoundError:
    """The refusal for a picture that has not come."""
    return NotFoundError("no_such_evidence", "没有这张取证图片", "图片可能仍在上传，请稍后再试")


def evidence_out(act: Act, sha256: str) -> EvidenceOut:
    """A picture's statement and signature.

    Raises:
        NotFoundError: No such picture has come.
    """
    picture = act.session.get(Evidence, sha256)
    if picture is None:
        raise no_evidence()
    key = act.session.get(AgentKey, (picture.project_id, picture.key))
    same = set(EvidenceOut.model_fields) - {"project", "state", "fingerprint", "agent"}
    return EvidenceOut(
        project=picture.project_id,
        state=worth(picture, key),
        fingerprint=fingerprint(picture.key) if picture.key else "",
        agent=key.agent if key else None,
        **{name: getattr(picture, name) for name in same},
    )


def evidence_strip(
    act: Act,
    project: str,
    device: str | None,
    purpose: str | None,
    before: datetime | None,
    limit: int,
) -> EvidenceStrip:
    """Pictures of a project, newest first, with what their signatures are worth."""
    wanted = select(Evidence.sha256).where(Evidence.project_id == project)
    for column, value in ((Evidence.device, device), (Evidence.purpose, purpose)):
        if value is not None:
            wanted = wanted.where(column == value)
    if before is not None:
        wanted = wanted.where(Evidence.ts < before)
    newest = wanted.order_by(desc(Evidence.ts), Evidence.sha256).limit(limit).subquery()
    query = (
        select(Evidence, AgentKey)
        .join(newest, newest.c.sha256 == Evidence.sha256)
        .outerjoin(
            AgentKey,
            (AgentKey.project_id == Evidence.project_id) & (AgentKey.key == Evidence.key),
        )
        .order_by(desc(Evidence.ts), Evidence.sha256)
    )
    pictures = [
        EvidenceItem(
            sha256=picture.sha256,
            device=picture.device,
            ts=picture.ts,
            purpose=picture.purpose,
            signature=worth(picture, key),
        )
        for picture, key in act.session.execute(query)
    ]
    return EvidenceStrip(
        pictures=pictures, next_before=pictures[-1].ts if len(pictures) == limit else None
    )
