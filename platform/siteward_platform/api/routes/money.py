"""Payments outside claims, and the account money goes to."""

from typing import Final

from fastapi import APIRouter, status

from siteward_platform import payments, projects
from siteward_platform.api.access import Finance, Staff
from siteward_platform.api.schemas.progress import PayeeAccountIn, PaymentIn, PaymentOut
from siteward_platform.api.views.claims import payment_out

router: Final = APIRouter(tags=["money"])


@router.put("/projects/{project}/payee-account", status_code=status.HTTP_204_NO_CONTENT)
def change_payee_account(desk: Finance, project: str, body: PayeeAccountIn) -> None:
    """Records that money goes to another account from now on."""
    with desk.act() as act:
        payments.change_payee_account(act, project, body)


@router.post("/projects/{project}/payments", status_code=status.HTTP_201_CREATED)
def record_payment(desk: Finance, project: str, body: PaymentIn) -> PaymentOut:
    """Records money the bank has paid outside a claim."""
    with desk.act() as act:
        return payment_out(payments.record_payment(act, project, body))


@router.get("/projects/{project}/payments")
def list_payments(desk: Staff, project: str) -> list[PaymentOut]:
    """A project's payments, newest first."""
    with desk.look() as act:
        projects.get_project(act.session, project)
        return [payment_out(p) for p in payments.list_payments(act.session, project)]
