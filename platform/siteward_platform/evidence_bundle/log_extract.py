"""The log of one project, with the hashes of everything between that its reader may not see."""

import json
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.audit.chain import content_hash
from siteward_platform.audit.log import entries
from siteward_platform.database.models import Claim, HazardRecord, LogEntry


def extract(session: Session, project: str) -> Iterator[bytes]:
    """Lines from the project's first entry to the head of the log, none left out.

    A line is an entry in full where it is about the project, else ``{"seq", "content"}``. Entries
    of before content was hashed by itself cannot be hidden and are shown.
    """
    subjects = _subjects(session, project)
    begun = False
    for entry in entries(session):
        shown = _is_about(entry, project, subjects)
        begun = begun or shown
        if not begun:
            continue
        line = _shown(entry) if shown or entry.version == 1 else _hidden(entry)
        yield json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _subjects(session: Session, project: str) -> set[str]:
    claims = session.scalars(select(Claim.id).where(Claim.project_id == project))
    hazards = session.scalars(select(HazardRecord.id).where(HazardRecord.project_id == project))
    return (
        {f"claim:{n}" for n in claims} | {f"hazard:{n}" for n in hazards} | {f"project:{project}"}
    )


def _is_about(entry: LogEntry, project: str, subjects: set[str]) -> bool:
    if entry.subject in subjects or entry.subject.partition(":")[2].startswith(f"{project}/"):
        return True
    return bool(json.loads(entry.detail).get("project") == project)


def _shown(entry: LogEntry) -> dict[str, object]:
    names = ("seq", "who", "role", "action", "subject", "detail", "previous", "hash", "version")
    at = entry.at.isoformat(timespec="microseconds")
    return {"at": at, **{name: getattr(entry, name) for name in names}}


def _hidden(entry: LogEntry) -> dict[str, object]:
    return {"seq": entry.seq, "content": content_hash(entry)}
