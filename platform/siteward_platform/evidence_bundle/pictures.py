"""The pictures a claim stands on, each with what was signed of it."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_contracts.signatures import fingerprint
from siteward_platform.database.models import AgentKey, Evidence
from siteward_platform.evidence_bundle.records import Rows
from siteward_platform.sealed_evidence import worth


def hashes_in(rows: Rows) -> list[str]:
    """Pictures that findings, zones and hazards name, each once."""
    named: list[str | None] = []
    for finding in rows["findings"]:
        named += finding["evidence"]
    named += [zone["evidence"] for zone in rows["zone_states"]]
    named += [picture["sha256"] for picture in rows["hazard_pictures"]]
    return sorted({sha256 for sha256 in named if sha256})


def proofs(session: Session, project: str, hashes: Iterable[str]) -> Iterator[dict[str, Any]]:
    """What is known of each picture of the project; what never came is not there."""
    query = (
        select(Evidence, AgentKey)
        .outerjoin(
            AgentKey, (AgentKey.project_id == Evidence.project_id) & (AgentKey.key == Evidence.key)
        )
        .where(Evidence.sha256.in_(list(hashes)), Evidence.project_id == project)
        .order_by(Evidence.sha256)
    )
    for picture, key in session.execute(query):
        yield {
            "sha256": picture.sha256,
            "device": picture.device,
            "ts": picture.ts,
            "received_at": picture.received_at,
            "purpose": picture.purpose,
            "state": worth(picture, key),
            "statement": picture.statement,
            "signature": picture.signature,
            "key": picture.key,
        }


def keys(session: Session, project: str) -> list[dict[str, Any]]:
    """Every key of the project's agents, with who accepted and who revoked it."""
    names = ("agent", "key", "state", "first_seen", "accepted_by", "accepted_at", "revoked_by",
             "revoked_at", "reason")  # fmt: skip
    query = select(AgentKey).where(AgentKey.project_id == project).order_by(AgentKey.key)
    return [
        {**{name: getattr(row, name) for name in names}, "fingerprint": fingerprint(row.key)}
        for row in session.scalars(query)
    ]


def jpegs(
    proofs_: Iterable[dict[str, Any]], file_of: Callable[[str], Path | None]
) -> Iterator[tuple[str, bytes]]:
    """Path in the bundle to the bytes; a file that is gone is left out, its proof stays."""
    for proof in proofs_:
        file = file_of(proof["sha256"])
        if file is not None:
            yield f"pictures/{proof['sha256']}.jpg", file.read_bytes()
