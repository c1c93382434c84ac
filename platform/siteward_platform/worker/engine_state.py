"""What the rule engine remembers across restarts, in the same transaction as its alerts."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.database.models import EngineState
from siteward_rules.stream.engine import Engine


def keep_engine(session: Session, engine: Engine, now: datetime) -> None:
    """Writes what changed since the last call."""
    for key, value in engine.take_changes().items():
        row = session.get(EngineState, key)
        if row is None:
            session.add(EngineState(key=key, value=value, updated_at=now))
        else:
            row.value, row.updated_at = value, now


def restore_engine(session: Session, engine: Engine) -> None:
    """Goes on where the last committed batch ended."""
    engine.restore({row.key: row.value for row in session.scalars(select(EngineState))})
