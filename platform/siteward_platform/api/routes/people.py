"""Signing in and out, accounts, and the audit log."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response, status

from siteward_platform import accounts
from siteward_platform.accounts import NewAccount
from siteward_platform.accounts import create_account as make_account
from siteward_platform.api.access import COOKIE, Admin, Everybody, LogReader
from siteward_platform.api.parts import Parts, parts_of
from siteward_platform.api.schemas.people import AccountIn, AuditEntry, Me, SignIn
from siteward_platform.api.views.people import audit_entry, me
from siteward_platform.audit.log import newest_entries

router: Final = APIRouter(tags=["people"])


@router.post("/session")
def sign_in(
    body: SignIn, request: Request, response: Response, parts: Annotated[Parts, Depends(parts_of)]
) -> Me:
    """Opens a session; the answer sets its cookie."""
    opened = accounts.sign_in(parts.database, body.username, body.password, parts.clock())
    response.set_cookie(
        COOKIE,
        opened.token,
        max_age=int(accounts.SESSION_LENGTH.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )
    return me(opened.account)


@router.get("/session")
def get_session(desk: Everybody) -> Me:
    """Who is signed in."""
    return me(desk.account)


@router.delete("/session", status_code=status.HTTP_204_NO_CONTENT)
def sign_out(desk: Everybody, request: Request, response: Response) -> None:
    """Ends the session."""
    accounts.sign_out(desk.parts.database, request.cookies[COOKIE])
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


@router.post("/accounts", status_code=status.HTTP_201_CREATED)
def create_account(desk: Admin, body: AccountIn) -> Me:
    """Makes an account."""
    with desk.act() as act:
        return me(make_account(act, NewAccount(**body.model_dump())))


@router.get("/audit-log")
def list_audit_log(
    desk: LogReader,
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[AuditEntry]:
    """Entries of the audit log, newest first; ``before`` is the lowest number already read."""
    with desk.look() as act:
        return [audit_entry(entry) for entry in newest_entries(act.session, before, limit)]
