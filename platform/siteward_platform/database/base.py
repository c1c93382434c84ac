"""The root of all mappings: column types by annotation, and names for every constraint."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, MetaData
from sqlalchemy.orm import DeclarativeBase

from siteward_platform.database.types import UtcDateTime, Yuan

Bilingual = dict[str, str]
"""A name in both languages: ``{"zh": …, "en": …}``."""


class Base(DeclarativeBase):
    """Named constraints, so that migrations can drop them on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own declaration
        Decimal: Yuan,
        datetime: UtcDateTime,
        Bilingual: JSON,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        list[str]: JSON,
        list[dict[str, Any]]: JSON,
        list[float]: JSON,
    }
