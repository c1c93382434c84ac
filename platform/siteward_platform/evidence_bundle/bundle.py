"""Puts a bundle together: everything said, decided and seen about a claim, and how to check it."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from siteward_contracts.clock import SHANGHAI
from siteward_platform.audit.anchors import file_name, recorded, text_of
from siteward_platform.audit.log import head
from siteward_platform.claims import get_claim, subject
from siteward_platform.database.models import AuditAnchor, Claim, ClaimSnapshot
from siteward_platform.documents import render
from siteward_platform.evidence_bundle import log_extract, pictures, rule_texts
from siteward_platform.evidence_bundle.records import Rows, records
from siteward_platform.evidence_bundle.verify import pack

_HERE: Final = files("siteward_platform.evidence_bundle")


def bundle(
    session: Session, claim_id: int, at: datetime, file_of: Callable[[str], Path | None]
) -> bytes:
    """The archive of a claim.

    Args:
        session: One consistent snapshot.
        claim_id: Which claim.
        at: Now.
        file_of: The file of a picture by its hash.

    Raises:
        NotFoundError: There is no such claim.
    """
    claim = get_claim(session, claim_id)
    return pack(_sealed(_contents(session, claim, at, file_of), claim, at))


def _contents(
    session: Session, claim: Claim, at: datetime, file_of: Callable[[str], Path | None]
) -> dict[str, bytes]:
    rows = records(session, claim.project_id, claim.id)
    proofs = list(pictures.proofs(session, claim.project_id, pictures.hashes_in(rows)))
    log = list(log_extract.extract(session, claim.project_id))
    made = {
        "README.txt": _HERE.joinpath("README.txt").read_bytes(),
        "verify.py": _HERE.joinpath("verify.py").read_bytes(),
        "records.json": _json(rows),
        "rules/fund-rules.json": _json(rule_texts.fund_rules()),
        "keys.json": _json(pictures.keys(session, claim.project_id)),
        "log/entries.jsonl": b"".join(log),
        **dict(rule_texts.rule_texts()),
        **{f"pictures/{proof['sha256']}.json": _json(proof) for proof in proofs},
        **dict(pictures.jpegs(proofs, file_of)),
        **_anchors(session, at, json.loads(log[0])["seq"] if log else 1),
    }
    snapshot = session.get(ClaimSnapshot, claim.id)
    if snapshot is not None:
        made["assess.jsonl"] = snapshot.line.encode() + b"\n"
    made["index.html"] = _page(claim, rows, proofs, log, made, at)
    return made


def _anchors(session: Session, at: datetime, first: int) -> dict[str, bytes]:
    """Recorded anchors from the extract's first entry on, and the head as it is now."""
    made = {
        f"log/anchors/{file_name(row.day)}": text_of(row).encode()
        for row in recorded(session)
        if row.seq >= first
    }
    last = head(session)
    if last is not None:
        day = at.astimezone(SHANGHAI).date()
        now = AuditAnchor(day=day, seq=last.seq, hash=last.hash, made_at=at)
        made["log/anchors/head-of-this-bundle.txt"] = text_of(now).encode()
    return made


def _sealed(contents: dict[str, bytes], claim: Claim, at: datetime) -> dict[str, bytes]:
    manifest = _json(
        {
            "bundle": 1,
            "subject": subject(claim),
            "project": claim.project_id,
            "made_at": at,
            "siteward": version("siteward"),
            "files": {path: _sha256(content) for path, content in sorted(contents.items())},
        }
    )
    seal = f"{_sha256(manifest)}  manifest.json\n".encode()
    return {**contents, "manifest.json": manifest, "manifest.sha256": seal}


def _page(
    claim: Claim,
    rows: Rows,
    proofs: list[dict[str, Any]],
    log: list[bytes],
    made: dict[str, bytes],
    at: datetime,
) -> bytes:
    shown = [json.loads(line) for line in log]
    history = [entry for entry in shown if entry.get("subject") == subject(claim)]
    page = render(
        "claim_bundle.html",
        claim=claim,
        rows=rows,
        project=rows["projects"][0],
        contract=rows["contracts"][0],
        payments=[p for p in rows["payments"] if p["claim_id"] == claim.id],
        proofs=proofs,
        here={path.removeprefix("pictures/") for path in made if path.startswith("pictures/")},
        history=history,
        at=at,
    )
    return page.encode()


def _json(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=_text)
    return (text + "\n").encode()


def _text(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
