"""What an evidence picture's signature is worth: who vouches for it, and whether that holds.

A signature is checked once, when the picture comes. Whose key it is may be decided later, and a
key may be revoked, so what it is worth is asked every time the picture is shown.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_contracts.messages import EvidenceHeader, EvidenceStatement
from siteward_contracts.signatures import is_signed_by
from siteward_contracts.topics import Topic
from siteward_platform.api.schemas.values import SignatureState
from siteward_platform.database.models import AgentKey, Evidence

Seal = Literal["none", "good", "bad"]


def seal_of(topic: Topic, header: EvidenceHeader) -> Seal:
    """Checks a signature, and that what is signed speaks of this very picture."""
    if not (header.statement or header.signature or header.key):
        return "none"
    if not is_signed_by(header.key, header.statement, header.signature):
        return "bad"
    try:
        said = msgspec.json.decode(header.statement, type=EvidenceStatement)
    except msgspec.DecodeError:
        return "bad"
    signed = (said.sha256, said.site, said.device, said.ts, said.purpose)
    sent = (header.sha256, topic.site, topic.device, header.ts, header.purpose)
    return "good" if signed == sent else "bad"


def worth(picture: Evidence, key: AgentKey | None) -> SignatureState:
    """What a picture's signature is worth now; ``key`` is the site's record of its key.

    What came before a key was revoked keeps its worth: revoking says that from then on somebody
    else may hold the key.
    """
    if picture.seal != "good":
        return "unsigned" if picture.seal == "none" else "bad_signature"
    if key is None or key.state == "pending":
        return "unknown_key"
    if key.state == "revoked" and (
        key.accepted_at is None or key.revoked_at is None or picture.received_at >= key.revoked_at
    ):
        return "revoked_key"
    return "verified"


def worth_of(session: Session, hashes: Iterable[str | None]) -> dict[str, SignatureState]:
    """Hash to worth, of those pictures that have come."""
    wanted = {sha256 for sha256 in hashes if sha256}
    if not wanted:
        return {}
    query = (
        select(Evidence, AgentKey)
        .outerjoin(
            AgentKey,
            (AgentKey.project_id == Evidence.project_id) & (AgentKey.key == Evidence.key),
        )
        .where(Evidence.sha256.in_(wanted))
    )
    return {picture.sha256: worth(picture, key) for picture, key in session.execute(query)}
