"""Previews, imports and reconciliation as people read them."""

from typing import Final

from siteward_platform.act import Act
from siteward_platform.api.schemas.imports import (
    BankLineOut,
    ImportLine,
    ImportOut,
    ImportPreview,
    ImportProblem,
    ReconciliationOut,
)
from siteward_platform.api.views.claims import payment_out
from siteward_platform.api.views.people import shown_name
from siteward_platform.database.models import ImportRecord
from siteward_platform.imports.register import Preview
from siteward_platform.payments import ZERO
from siteward_platform.reconciliation import Reconciliation

_LINES: Final = 100
_PROBLEMS: Final = 1000


def preview_out(act: Act, seen: Preview) -> ImportPreview:
    """A preview; every problem up to a thousand."""
    return ImportPreview(
        name=seen.name,
        sha256=seen.sha256,
        kind=seen.kind,
        encoding=seen.encoding,
        columns=seen.columns,
        ignored=seen.ignored,
        good_rows=len(seen.lines),
        total=seen.total,
        lines=[ImportLine.model_validate(line) for line in seen.lines[:_LINES]],
        problem_count=len(seen.problems),
        problems=[ImportProblem.model_validate(p) for p in seen.problems[:_PROBLEMS]],
        imported_before=import_out(act, seen.before) if seen.before else None,
    )


def import_out(act: Act, row: ImportRecord) -> ImportOut:
    """An import with the names people know."""
    names = {
        "imported_by": shown_name(act.session, row.imported_by) or row.imported_by,
        "undone_by": shown_name(act.session, row.undone_by),
    }
    return ImportOut.model_validate(row).model_copy(update=names)


def reconciliation_out(found: Reconciliation) -> ReconciliationOut:
    """What agrees, counted; what does not, listed."""
    return ReconciliationOut(
        matched=len(found.matched),
        matched_total=sum((row.amount for row in found.matched), ZERO),
        unmatched_lines=[BankLineOut.model_validate(row) for row in found.unmatched_lines],
        unmatched_payments=[payment_out(p) for p in found.unmatched_payments],
    )
