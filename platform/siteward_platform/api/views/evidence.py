"""What vouches for a picture."""

from siteward_contracts.signatures import fingerprint
from siteward_platform.act import Act
from siteward_platform.api.schemas.safety import EvidenceOut
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
