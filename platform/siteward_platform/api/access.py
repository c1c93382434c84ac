"""Who may do what: every route takes a desk, and a desk is only given to the right roles."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request

from siteward_platform.accounts import account_of
from siteward_platform.act import Act, acting, looking
from siteward_platform.api.parts import Parts, parts_of
from siteward_platform.api.schemas.values import Role
from siteward_platform.database.models import Account
from siteward_platform.refusals import ForbiddenError, UnauthenticatedError
from siteward_rules.money.hold_states import Actor

COOKIE: Final = "siteward_session"
_ROLE_NAMES: Final = {
    Role.SUPERVISOR: "督办人员",
    Role.INSPECTOR: "巡查员",
    Role.DEPARTMENT: "责任部门",
    Role.CHIEF_SUPERVISOR: "总监理工程师",
    Role.FINANCE: "财政",
    Role.AUDITOR: "审计",
    Role.PANEL: "社会监督团",
    Role.ADMIN: "系统管理员",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody signed in, with the parts they may work with."""

    parts: Parts
    account: Account

    @property
    def who(self) -> Actor:
        """Name and role, as the rules and the audit log know them."""
        return Actor(self.account.username, self.account.role)

    @contextmanager
    def look(self) -> Iterator[Act]:
        """Reads one snapshot."""
        with looking(self.parts.database, self.who, self.parts.clock()) as act:
            yield act

    @contextmanager
    def act(self) -> Iterator[Act]:
        """Changes things; committed, then announced, when the block ends well."""
        parts = self.parts
        with acting(
            parts.database, self.who, parts.clock(), parts.publish, parts.backdating_days
        ) as act:
            yield act


def signed_in(parts: Parts, token: str | None) -> Account:
    """Whose session this is.

    Raises:
        UnauthenticatedError: Nobody's, or it has run out.
    """
    account = account_of(parts.database, token, parts.clock())
    if account is None:
        raise UnauthenticatedError("not_signed_in", "尚未登录或登录已过期", "请重新登录")
    return account


def check_role(account: Account, *roles: Role) -> None:
    """Refuses everybody else.

    Raises:
        ForbiddenError: Names who may.
    """
    if account.role not in roles:
        names = "、".join(_ROLE_NAMES[role] for role in roles)
        raise ForbiddenError(
            "wrong_role", "您的角色不能进行此操作", f"此操作由以下角色办理：{names}"
        )


def allow(*roles: Role) -> Callable[[Request], Desk]:
    """A dependency that gives a desk to these roles and refuses everybody else."""

    def desk(request: Request) -> Desk:
        parts = parts_of(request)
        account = signed_in(parts, request.cookies.get(COOKIE))
        check_role(account, *roles)
        return Desk(parts, account)

    return desk


STAFF_ROLES: Final = tuple(role for role in Role if role is not Role.PANEL)

Everybody = Annotated[Desk, Depends(allow(*Role))]
Staff = Annotated[Desk, Depends(allow(*STAFF_ROLES))]
Admin = Annotated[Desk, Depends(allow(Role.ADMIN))]
OnSite = Annotated[
    Desk,
    Depends(allow(Role.SUPERVISOR, Role.INSPECTOR, Role.CHIEF_SUPERVISOR, Role.DEPARTMENT)),
]
Safety = Annotated[Desk, Depends(allow(Role.SUPERVISOR, Role.INSPECTOR, Role.CHIEF_SUPERVISOR))]
SiteOrders = Annotated[Desk, Depends(allow(Role.INSPECTOR, Role.CHIEF_SUPERVISOR))]
SettingsKeeper = Annotated[Desk, Depends(allow(Role.ADMIN, Role.SUPERVISOR))]
Department = Annotated[Desk, Depends(allow(Role.DEPARTMENT))]
ChiefSupervisor = Annotated[Desk, Depends(allow(Role.CHIEF_SUPERVISOR))]
Supervisor = Annotated[Desk, Depends(allow(Role.SUPERVISOR))]
Finance = Annotated[Desk, Depends(allow(Role.FINANCE))]
Auditor = Annotated[Desk, Depends(allow(Role.AUDITOR))]
Returner = Annotated[Desk, Depends(allow(Role.CHIEF_SUPERVISOR, Role.DEPARTMENT))]
Rejecter = Annotated[Desk, Depends(allow(Role.FINANCE, Role.DEPARTMENT))]
Replier = Annotated[Desk, Depends(allow(Role.FINANCE, Role.AUDITOR))]
PaperKeeper = Annotated[Desk, Depends(allow(Role.DEPARTMENT, Role.CHIEF_SUPERVISOR, Role.FINANCE))]
BundleReader = Annotated[Desk, Depends(allow(Role.SUPERVISOR, Role.FINANCE, Role.AUDITOR))]
LogReader = Annotated[Desk, Depends(allow(Role.SUPERVISOR, Role.FINANCE, Role.AUDITOR, Role.ADMIN))]
