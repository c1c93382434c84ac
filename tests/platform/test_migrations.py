"""Migrations of a database in use keep every row and every reference."""

from alembic import command as alembic
from sqlalchemy import Engine, func, select, text

from siteward_platform.database import migrate
from siteward_platform.database.models import Claim, Payment, Project
from siteward_platform.database.session import reading, writing
from tests.platform.test_database import claim, payment, project


def test_a_database_in_use_goes_back_and_forward_with_its_rows(database: Engine) -> None:
    with writing(database) as session:
        session.add(project())
        session.flush()
        session.add_all([claim("10.00", "2.00"), payment("3.00")])
    alembic.downgrade(migrate.configuration(database), "0004")
    migrate.upgrade(database)
    migrate.compare(database)
    with reading(database) as session:
        for table in (Project, Claim, Payment):
            assert session.scalar(select(func.count()).select_from(table)) == 1
        assert session.scalars(select(Project.danger_zones)).one() == []


def test_references_are_kept_again_after_a_migration(sqlite_database: Engine) -> None:
    with sqlite_database.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
