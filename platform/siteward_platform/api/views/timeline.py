"""A claim's history in words, from the audit log."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from siteward_platform.api.schemas.claims import TimelineEntry
from siteward_platform.api.schemas.values import Text
from siteward_platform.api.views.people import shown_name
from siteward_platform.database.models import LogEntry

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "claim.file": (
        "申报 {amount} 元，其中工资 {wage_amount} 元",
        "Filed for {amount} yuan, of which wages {wage_amount}",
    ),
    "claim.submit": ("提交（补正后）申请", "Handed in"),
    "claim.certify": ("监理核定 {amount} 元并签字", "Certified {amount} yuan and signed"),
    "claim.agree": ("建设单位同意 {amount} 元", "Owner agreed to {amount} yuan"),
    "claim.return": ("退回补正：{reason}", "Returned: {reason}"),
    "claim.reject": ("不予支付：{reason}", "Rejected: {reason}"),
    "claim.instruct": ("下达支付指令 {amount} 元", "Treasury instructed to pay {amount} yuan"),
    "claim.cancel_instruction": ("撤回支付指令：{reason}", "Instruction taken back: {reason}"),
    "claim.reconcile": ("银行对账相符", "Reconciled with the bank"),
    "clock.warn": ("期限将至：{due_on}", "Due soon: {due_on}"),
    "clock.pass": ("期限已过：{due_on}", "Overdue since {due_on}"),
    "appeal.file": ("申诉：{text}", "Objection: {text}"),
    "appeal.reply": ("答复申诉：{text}", "Objection answered: {text}"),
    "clawback.propose": ("建议追回 {amount} 元", "Clawback of {amount} yuan proposed"),
    "clawback.return": ("退回 {amount} 元", "{amount} yuan came back"),
    "claim.sign": ("总监理工程师签字", "Signed by the chief supervisor"),
    "claim.withdraw": ("撤回申请", "Withdrawn"),
    "claim.evaluate": ("风险检查，红旗 {count} 面", "Checked: {count} flags"),
    "claim.pay_wages": ("发放工资 {amount} 元", "Wages paid: {amount} yuan"),
    "claim.pay_works": ("拨付工程款 {amount} 元", "Works paid: {amount} yuan"),
    "hold.recommend": ("建议暂缓拨付 {amount} 元", "Hold of {amount} yuan recommended"),
    "hold.opinion": ("督办建议：{text}", "Supervision opinion: {text}"),
    "hold.expire": ("复核逾期，自动升级", "Review overdue, escalated"),
    "audit.open": ("开展审计：{subject}", "Audit opened: {subject}"),
    "audit.conclude": (
        "审计结论：可付工程款 {payable_works} 元，核减 {reduction} 元",
        "Audit: {payable_works} yuan payable, {reduction} yuan reduced",
    ),
    "hold.release": ("解除暂缓 {amount} 元", "{amount} yuan released"),
}
_AMOUNTS: Final = {"amount", "wage_amount", "payable_works", "reduction"}
_CLAWBACK: Final = {
    "order": ("决定追回超付款", "Clawback ordered"),
    "decline": ("决定不予追回", "Clawback declined"),
}
_DECIDED: Final = {
    "hold": ("决定暂缓拨付 {amount} 元", "Hold of {amount} yuan decided"),
    "release": ("决定不予暂缓", "Decided not to hold"),
}


def timeline(session: Session, claim: int) -> list[TimelineEntry]:
    """Everything the log says about a claim, oldest first."""
    query = select(LogEntry).where(LogEntry.subject == f"claim:{claim}").order_by(LogEntry.seq)
    return [
        TimelineEntry(
            at=row.at,
            who=shown_name(session, row.who) or row.who,
            action=row.action,
            text=words(row.action, row.detail),
        )
        for row in session.scalars(query)
    ]


def words(action: str, detail: str) -> Text:
    """An entry's action and canonical detail as a sentence."""
    values: dict[str, Any] = json.loads(detail)
    zh, en = _WORDS.get(action, (action, action))
    if action == "hold.decide":
        zh, en = _DECIDED[values["decision"]]
    if action == "clawback.decide":
        zh, en = _CLAWBACK[values["decision"]]
    blanks = _Blanks(values)
    return Text(zh=zh.format_map(blanks), en=en.format_map(blanks))


class _Blanks(dict[str, Any]):
    """Amounts in groups of three digits; what an older entry does not say stays a dash."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__({name: _grouped(name, value) for name, value in values.items()})

    def __missing__(self, key: str) -> str:
        return "—"


def _grouped(name: str, value: Any) -> Any:
    return f"{Decimal(value):,.2f}" if name in _AMOUNTS else value
