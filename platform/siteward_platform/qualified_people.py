"""Who may grade major hazards of a project besides the chief supervisor."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.act import Act
from siteward_platform.api.schemas.hazards import QualifiedPersonIn
from siteward_platform.database.models import Account, QualifiedPerson
from siteward_platform.refusals import InvalidError, NotFoundError


def name_qualified(act: Act, project_id: str, username: str, body: QualifiedPersonIn) -> None:
    """Names somebody, or renews the certificate.

    Raises:
        NotFoundError: No such account or project.
        InvalidError: The certificate has run out.
    """
    act.change(project_id)
    if act.session.get(Account, username) is None:
        raise NotFoundError("no_such_account", f"没有账号 {username}", "请先新建账号")
    if body.valid_to < act.today:
        raise InvalidError(
            "certificate_expired", "资格证书已过期", "请检查日期", {"valid_to": "早于今天"}
        )
    act.session.merge(
        QualifiedPerson(
            project_id=project_id, username=username, named_by=act.who.name, named_at=act.at,
            **body.model_dump(),
        )
    )  # fmt: skip
    act.log("project.qualify", f"project:{project_id}", username=username, **body.model_dump())


def qualified_people(session: Session, project_id: str) -> Sequence[QualifiedPerson]:
    """Everybody named for a project."""
    query = select(QualifiedPerson).where(QualifiedPerson.project_id == project_id)
    return session.scalars(query.order_by(QualifiedPerson.username)).all()


def is_qualified(act: Act, project_id: str) -> bool:
    """Whether the actor may grade major hazards of a project today."""
    if act.who.role == "chief_supervisor":
        return True
    row = act.session.get(QualifiedPerson, (project_id, act.who.name))
    return row is not None and row.valid_to >= act.today
