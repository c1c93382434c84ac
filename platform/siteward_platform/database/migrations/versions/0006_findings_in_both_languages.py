"""formulas, units and words of findings in both languages; old ones keep their Chinese in both."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward."""
    old = _findings(sa.String())
    rows = op.get_bind().execute(sa.select(old.c.id, old.c.formula, old.c.numbers)).all()
    _change_formula(sa.JSON())
    new = _findings(sa.JSON())
    for row in rows:
        numbers = [number | {"unit": _both(number["unit"])} for number in row.numbers]
        values = {"formula": _both(row.formula), "numbers": numbers}
        op.execute(sa.update(new).where(new.c.id == row.id).values(values))
    _require_formula(sa.JSON())


def downgrade() -> None:
    """Goes back to Chinese only."""
    new = _findings(sa.JSON())
    rows = op.get_bind().execute(sa.select(new.c.id, new.c.formula, new.c.numbers)).all()
    _change_formula(sa.String())
    old = _findings(sa.String())
    for row in rows:
        numbers = [
            number | {"value": _chinese(number["value"]), "unit": _chinese(number["unit"])}
            for number in row.numbers
        ]
        values = {"formula": _chinese(row.formula), "numbers": numbers}
        op.execute(sa.update(old).where(old.c.id == row.id).values(values))
    _require_formula(sa.String())


def _findings(formula: sa.types.TypeEngine[Any]) -> sa.TableClause:
    return sa.table(
        "findings",
        sa.column("id", sa.Integer()),
        sa.column("formula", formula),
        sa.column("numbers", sa.JSON()),
    )


def _change_formula(to: sa.types.TypeEngine[Any]) -> None:
    with op.batch_alter_table("findings") as batch:
        batch.drop_column("formula")
    with op.batch_alter_table("findings") as batch:
        batch.add_column(sa.Column("formula", to, nullable=True))


def _require_formula(kind: sa.types.TypeEngine[Any]) -> None:
    with op.batch_alter_table("findings") as batch:
        batch.alter_column("formula", existing_type=kind, nullable=False)


def _both(words: str) -> dict[str, str]:
    return {"zh": words, "en": words}


def _chinese(words: str | dict[str, str]) -> str:
    return words if isinstance(words, str) else words["zh"]
