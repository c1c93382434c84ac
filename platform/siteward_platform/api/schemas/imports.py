"""Files of payments and of the bank: preview, import, reconciliation."""

from datetime import date, datetime
from typing import Literal

from siteward_platform.api.schemas.progress import PaymentOut
from siteward_platform.api.schemas.values import Out, Yuan

ImportKind = Literal["payments", "bank"]


class ImportProblem(Out):
    """What is wrong with a row: where, what stands there, what to do. No line: the whole file."""

    line: int | None
    column: str
    value: str
    message: str
    remedy: str


class ImportLine(Out):
    """A row as it would be taken."""

    line: int
    paid_on: date
    amount: Yuan
    wage_amount: Yuan
    payee_account: str
    payee: str
    bank_reference: str
    invoice: str
    milestone: str | None
    purpose: str


class ImportOut(Out):
    """A file that was taken."""

    id: int
    kind: ImportKind
    name: str
    sha256: str
    rows: int
    total: Yuan
    imported_by: str
    imported_at: datetime
    undone_by: str | None
    undone_at: datetime | None


class ImportPreview(Out):
    """What a file would do; nothing has been written. ``lines`` shows the first hundred."""

    name: str
    sha256: str
    kind: ImportKind
    encoding: str
    columns: dict[str, str]
    ignored: list[str]
    good_rows: int
    total: Yuan
    lines: list[ImportLine]
    problem_count: int
    problems: list[ImportProblem]
    imported_before: ImportOut | None


class BankLineOut(Out):
    """A line of the bank's file; ``differences`` says what keeps it from a payment."""

    id: int
    import_id: int
    line: int
    reference: str
    amount: Yuan
    account: str
    paid_on: date
    payment_id: int | None
    differences: list[Literal["unknown_reference", "amount", "account", "taken"]]


class ReconciliationOut(Out):
    """How far bank and register agree, with everything that does not."""

    matched: int
    matched_total: Yuan
    unmatched_lines: list[BankLineOut]
    unmatched_payments: list[PaymentOut]
