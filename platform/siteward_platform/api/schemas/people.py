"""Accounts, sessions and the audit log."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from siteward_platform.api.schemas.values import In, Out, Role, Slug


class SignIn(In):
    """Name and password."""

    username: str
    password: str


class Me(Out):
    """Who is signed in."""

    username: str
    display_name: str
    role: Role


class AccountIn(In):
    """A new account (admin)."""

    username: Slug
    display_name: str
    role: Role
    password: Annotated[str, Field(min_length=10, max_length=200)]


class AuditEntry(Out):
    """One link of the audit log."""

    seq: int
    at: datetime
    who: str
    role: str
    action: str
    subject: str
    detail: dict[str, object]
    hash: str


class Readiness(Out):
    """What the process needs: ``ok``, or what is wrong and where to look."""

    database: str
    series: str
    broker: str
