"""What the bodies are made of. Money is a decimal string in yuan with two places."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Yuan = Annotated[Decimal, Field(max_digits=14, decimal_places=2)]


NonNegativeYuan = Annotated[Decimal, Field(max_digits=14, decimal_places=2, ge=0)]


PositiveYuan = Annotated[Decimal, Field(max_digits=14, decimal_places=2, gt=0)]


Percent = Annotated[float, Field(ge=0, le=100)]


Fraction = Annotated[float, Field(ge=0, le=1)]


Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


Reason = Annotated[str, Field(min_length=4, max_length=2000)]


Light = Literal["green", "yellow", "red", "grey"]


Severity = Literal["info", "general", "serious", "suspected_major", "major"]


FindingSeverity = Literal["info", "low", "medium", "high", "critical"]


LegalBasis = Literal[
    "AUDIT_LAW_38",
    "GOV_INVEST_REG_34",
    "BUDGET_IMPL_57_3",
    "QUALITY_REG_37",
    "CONTRACT_CLAUSE",
]


SignatureState = Literal["verified", "unsigned", "unknown_key", "bad_signature", "revoked_key"]
"""What a picture's signature is worth: its agent's key accepted, none, not accepted, not fitting
the picture, or revoked before the picture came."""


class Role(StrEnum):
    """Who may do what; see the table in docs/architecture.md."""

    SUPERVISOR = "supervisor"
    INSPECTOR = "inspector"
    DEPARTMENT = "department"
    CHIEF_SUPERVISOR = "chief_supervisor"
    FINANCE = "finance"
    AUDITOR = "auditor"
    PANEL = "panel"
    ADMIN = "admin"


class In(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """A response body."""

    model_config = ConfigDict(from_attributes=True)


class Text(BaseModel):
    """A name in both languages."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)
    zh: str
    en: str


class Failure(Out):
    """Every error: ``code`` for programs, ``message`` and ``remedy`` for people (Chinese)."""

    code: str
    message: str
    remedy: str = ""
    fields: dict[str, str] = {}


class Health(Out):
    """The process answers."""

    status: Literal["ok"]
