"""Heads of the audit log, written down once a day where nobody changes them any more."""

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.audit.chain import Anchor, anchor_text
from siteward_platform.audit.log import head
from siteward_platform.database.models import AuditAnchor


def anchor_day(act: Act, folder: Path | None) -> AuditAnchor | None:
    """Writes down the head at the first look of a day, in the database and in a folder.

    The folder is for whatever carries files away: a mail job, a share of another office. It is
    written first: an anchor in the database says that its file was made.

    Returns:
        The anchor; None when the day has one, or nothing was logged yet.

    Raises:
        OSError: The folder cannot be written; it is tried again.
    """
    if act.session.get(AuditAnchor, act.today) is not None:
        return None
    last = head(act.session)
    if last is None:
        return None
    made = AuditAnchor(day=act.today, seq=last.seq, hash=last.hash, made_at=act.at)
    if folder is not None:
        _write(folder / file_name(act.today), text_of(made))
    act.session.add(made)
    act.session.flush()
    return made


def recorded(session: Session) -> Sequence[AuditAnchor]:
    """Every anchor in the database, oldest first."""
    return session.scalars(select(AuditAnchor).order_by(AuditAnchor.day)).all()


def anchors(session: Session) -> list[Anchor]:
    """Every anchor in the database as :func:`siteward_platform.audit.chain.verify` takes them."""
    return [
        Anchor(row.seq, row.hash, f"the anchor of {row.day} in the database")
        for row in recorded(session)
    ]


def text_of(row: AuditAnchor) -> str:
    """An anchor as it is printed and filed."""
    return anchor_text(Anchor(row.seq, row.hash), row.day, row.made_at)


def file_name(day: date) -> str:
    """What the file of a day's anchor is called."""
    return f"siteward-anchor-{day}.txt"


def _write(file: Path, text: str) -> None:
    """Under another name first: whoever carries files away never takes half of one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_suffix(f".{os.getpid()}.part")
    half.write_text(text, encoding="utf-8")
    half.replace(file)
