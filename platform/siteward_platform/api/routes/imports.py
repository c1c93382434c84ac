"""Payments and bank files: preview, confirm, undo, reconcile."""

from typing import Annotated, Final

from fastapi import APIRouter, File, Form, UploadFile, status

from siteward_platform import projects, reconciliation
from siteward_platform.api.access import Finance, Staff
from siteward_platform.api.schemas.imports import (
    ImportKind,
    ImportOut,
    ImportPreview,
    ReconciliationOut,
)
from siteward_platform.api.views.imports import import_out, preview_out, reconciliation_out
from siteward_platform.imports import register
from siteward_platform.imports.tables import MOST_BYTES

router: Final = APIRouter(tags=["imports"])

Sha256 = Annotated[str, Form(pattern=r"^[0-9a-f]{64}$")]


@router.post("/projects/{project}/imports/{kind}/preview")
def preview_import(
    desk: Finance, project: str, kind: ImportKind, file: Annotated[UploadFile, File()]
) -> ImportPreview:
    """Says what a CSV or Excel file would do, row by row. Nothing is written."""
    with desk.look() as act:
        projects.get_project(act.session, project)
        seen = register.preview(act, project, kind, _name(file), _bytes(file))
        return preview_out(act, seen)


@router.post("/projects/{project}/imports/{kind}", status_code=status.HTTP_201_CREATED)
def confirm_import(
    desk: Finance,
    project: str,
    kind: ImportKind,
    file: Annotated[UploadFile, File()],
    sha256: Sha256,
) -> ImportOut:
    """Takes a previewed file, whole or not at all; ``sha256`` is the preview's."""
    with desk.act() as act:
        row = register.confirm(act, project, kind, _name(file), _bytes(file), sha256)
        return import_out(act, row)


@router.get("/projects/{project}/imports")
def list_imports(desk: Staff, project: str) -> list[ImportOut]:
    """A project's imports, newest first, undone ones too."""
    with desk.look() as act:
        projects.get_project(act.session, project)
        return [import_out(act, row) for row in register.list_imports(act.session, project)]


@router.delete("/imports/{number}")
def undo_import(desk: Finance, number: int) -> ImportOut:
    """Takes an import back while nothing rests on it."""
    with desk.act() as act:
        return import_out(act, register.undo(act, number))


@router.get("/projects/{project}/reconciliation")
def get_reconciliation(desk: Staff, project: str) -> ReconciliationOut:
    """How far the bank's files and the register agree."""
    with desk.look() as act:
        projects.get_project(act.session, project)
        return reconciliation_out(reconciliation.reconciliation(act.session, project))


@router.post("/projects/{project}/reconciliation")
def reconcile_payments(desk: Finance, project: str) -> ReconciliationOut:
    """Matches the open lines again, after the register was corrected."""
    with desk.act() as act:
        act.change(project)
        return reconciliation_out(reconciliation.reconcile(act, project))


def _name(file: UploadFile) -> str:
    return (file.filename or "file")[:200]


def _bytes(file: UploadFile) -> bytes:
    """One byte more than allowed is enough to refuse it."""
    return file.file.read(MOST_BYTES + 1)
