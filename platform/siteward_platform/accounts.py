"""Accounts and sessions: Argon2id passwords, random tokens of which only the hash is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.audit.log import append
from siteward_platform.database.models import Account, SignedIn
from siteward_platform.database.session import reading, writing
from siteward_platform.refusals import ConflictError, ThrottledError, UnauthenticatedError

SESSION_LENGTH: Final = timedelta(hours=12)
"""A working day; then one signs in again."""
FREE_ATTEMPTS: Final = 5
"""Wrong passwords before an account must wait (OWASP's order of magnitude)."""
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(minutes=15)

_HASHER: Final = PasswordHasher()


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be made."""

    username: str
    display_name: str
    role: str
    password: str


@dataclass(frozen=True, slots=True)
class SignedInAs:
    """A fresh session: the token for the cookie and whose it is."""

    token: str
    account: Account


def create_account(act: Act, new: NewAccount) -> Account:
    """Makes an account.

    Raises:
        ConflictError: The name is taken.
    """
    if act.session.get(Account, new.username) is not None:
        raise ConflictError(
            "username_taken",
            f"用户名 {new.username} 已被使用",
            "请换一个用户名",
            {"username": "已被使用"},
        )
    account = Account(
        username=new.username,
        display_name=new.display_name,
        role=new.role,
        password_hash=_HASHER.hash(new.password),
        created_at=act.at,
    )
    act.session.add(account)
    act.log("account.create", f"account:{new.username}", role=new.role)
    return account


def create_first_admin(engine: Engine, password: str, now: datetime) -> bool:
    """Makes the account ``admin`` in a database without accounts; says whether it did."""
    with writing(engine) as session:
        if session.scalars(select(Account.username).limit(1)).first() is not None:
            return False
        session.add(
            Account(
                username="admin",
                display_name="系统管理员",
                role="admin",
                password_hash=_HASHER.hash(password),
                created_at=now,
            )
        )
        append(session, now, "siteward", "system", "account.create", "account:admin")
    return True


def sign_in(engine: Engine, username: str, password: str, now: datetime) -> SignedInAs:
    """Checks a password and opens a session.

    The hash is computed outside any transaction, because it takes long by design; an unknown
    name takes as long as a wrong password, so that names cannot be found out.

    Raises:
        ThrottledError: The account must wait after too many wrong passwords.
        UnauthenticatedError: Name or password is wrong.
    """
    with reading(engine) as session:
        account = session.get(Account, username)
    if account and account.locked_until and account.locked_until > now:
        seconds = int((account.locked_until - now).total_seconds()) + 1
        raise ThrottledError("sign_in_throttled", "登录失败次数过多", f"请在 {seconds} 秒后再试")
    right = _matches(account.password_hash if account else _nobody(), password)
    with writing(engine) as session:
        account = session.get(Account, username, with_for_update=True)
        if account and right:
            return _open_session(session, account, now)
        if account:
            _count_failure(account, now)
    raise UnauthenticatedError("wrong_credentials", "用户名或密码不正确", "请检查后重新输入")


def account_of(engine: Engine, token: str | None, now: datetime) -> Account | None:
    """Whose session a token opens, if it does."""
    if not token:
        return None
    with reading(engine) as session:
        query = (
            select(Account)
            .join(SignedIn, SignedIn.username == Account.username)
            .where(SignedIn.token_hash == _digest(token), SignedIn.expires_at > now)
        )
        return session.scalars(query).one_or_none()


def sign_out(engine: Engine, token: str) -> None:
    """Ends a session; an unknown one is ended already."""
    with writing(engine) as session:
        session.execute(delete(SignedIn).where(SignedIn.token_hash == _digest(token)))


def _open_session(session: Session, account: Account, now: datetime) -> SignedInAs:
    account.failed_sign_ins, account.locked_until = 0, None
    token = secrets.token_urlsafe(32)
    session.execute(delete(SignedIn).where(SignedIn.expires_at <= now))
    session.add(
        SignedIn(
            token_hash=_digest(token),
            username=account.username,
            created_at=now,
            expires_at=now + SESSION_LENGTH,
        )
    )
    append(session, now, account.username, account.role, "session.open", _subject(account))
    return SignedInAs(token, account)


def _count_failure(account: Account, now: datetime) -> None:
    account.failed_sign_ins += 1
    over = account.failed_sign_ins - FREE_ATTEMPTS
    if over >= 0:
        account.locked_until = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(over, 10))


def _subject(account: Account) -> str:
    return f"account:{account.username}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _matches(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return _HASHER.hash(secrets.token_hex(16))
