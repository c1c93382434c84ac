"""Column types that keep money exact and instants aware on every database."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, DateTime, Dialect, Numeric
from sqlalchemy.types import TypeDecorator, TypeEngine

_FEN: Final = Decimal("0.01")


class Yuan(TypeDecorator[Decimal]):
    """Decimal yuan with two places: NUMERIC(14,2), and whole fen on SQLite, which has no decimal."""

    impl = Numeric(14, 2)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Integers where the database would otherwise keep binary floats."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(Numeric(14, 2))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Refuses what would have to be rounded."""
        if value is None:
            return None
        exact = Decimal(value).quantize(_FEN)
        if exact != value:
            raise ValueError(f"{value} is not a whole number of fen")
        return int(exact * 100) if dialect.name == "sqlite" else exact

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Gives back two places."""
        if value is None:
            return None
        yuan = Decimal(value) / 100 if dialect.name == "sqlite" else Decimal(value)
        return yuan.quantize(_FEN)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant; naive ones are refused, UTC comes back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite keeps no zone, so everything is stored in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Puts the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
