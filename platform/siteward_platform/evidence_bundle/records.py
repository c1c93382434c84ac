"""The rows of the database that a bundle holds, as JSON by table."""

from typing import Any, Final

import sqlalchemy
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Session

from siteward_platform.database import models
from siteward_platform.database.models import HazardRecord

_OF_CLAIM: Final[tuple[type[DeclarativeBase], ...]] = (
    models.FindingRecord,
    models.HoldRecord,
    models.Opinion,
    models.AuditCase,
    models.ClaimLine,
    models.Certificate,
    models.Appeal,
    models.ClawbackRecord,
)
_OF_PROJECT: Final[tuple[type[DeclarativeBase], ...]] = (
    models.Contract,
    models.WorkItem,
    models.Milestone,
    models.Zone,
    models.ZoneState,
    models.Device,
    models.Person,
    models.Measurement,
    models.ProgressReport,
    models.PayeeAccountChange,
    models.Payment,
    models.VariationRecord,
    models.Paper,
    models.Claim,
    models.HazardRecord,
    models.RuleOverride,
)
_OF_HAZARDS: Final[tuple[type[DeclarativeBase], ...]] = (models.HazardOrder, models.HazardPicture)
Rows = dict[str, list[dict[str, Any]]]


def records(session: Session, project: str, claim: int) -> Rows:
    """Table to its rows: of the project, of the claim, and of the project's hazards."""
    row = session.get_one(models.Project, project)
    found: Rows = {"projects": [_plain(row)]}
    for model in _OF_PROJECT:
        found[model.__tablename__] = _rows(session, model, "project_id", [project])
    for model in _OF_CLAIM:
        found[model.__tablename__] = _rows(session, model, "claim_id", [claim])
    hazards = session.scalars(select(HazardRecord.id).where(HazardRecord.project_id == project))
    ids = list(hazards)
    for model in _OF_HAZARDS:
        found[model.__tablename__] = _rows(session, model, "hazard_id", ids)
    return found


def _rows(
    session: Session, model: type[DeclarativeBase], column: str, values: list[Any]
) -> list[dict[str, Any]]:
    keys = sqlalchemy.inspect(model).primary_key
    query = select(model).where(getattr(model, column).in_(values)).order_by(*keys)
    return [_plain(row) for row in session.scalars(query)]


def _plain(row: DeclarativeBase) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in type(row).__mapper__.column_attrs}
