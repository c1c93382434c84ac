"""Words of reports, in the language asked for."""

from collections.abc import Callable
from typing import Final, Literal

from siteward_platform.api.schemas.values import Text

Language = Literal["zh", "en"]
Words = Callable[[str, str], str]
"""Picks the Chinese or the English of a pair."""


def speaking(language: Language) -> Words:
    """The picker of a language."""
    return (lambda zh, _: zh) if language == "zh" else (lambda _, en: en)


def named(text: Text, w: Words) -> str:
    """A name in the report's language; Chinese where it has no English."""
    return w(text.zh, text.en or text.zh)


_CODES: Final[dict[str, tuple[str, str]]] = {
    "info": ("提示", "info"),
    "general": ("一般", "general"),
    "serious": ("较大", "serious"),
    "suspected_major": ("疑似重大", "suspected major"),
    "major": ("重大", "major"),
    "planned": ("未申报", "planned"),
    "claimed": ("已申报", "claimed"),
    "accepted": ("已验收", "accepted"),
    "rejected": ("未通过", "rejected"),
    "firing": ("报警中", "firing"),
    "pending": ("待确认", "pending"),
    "resolved": ("已消除", "resolved"),
    "confirmed": ("属实", "confirmed"),
    "false_alarm": ("误报", "false alarm"),
    "cannot_tell": ("无法判断", "cannot tell"),
    "green": ("正常", "normal"),
    "yellow": ("关注", "watch"),
    "red": ("异常", "alarm"),
    "grey": ("未知", "unknown"),
    "ok": ("可用", "fit"),
    "unfit": ("不可用", "unfit"),
    "silent": ("无数据", "no data"),
    "unknown": ("未知", "unknown"),
    "camera": ("摄像机", "camera"),
    "agent": ("边缘主机", "agent"),
    "dust_box": ("扬尘噪声监测", "dust box"),
    "crane": ("塔机监测", "crane"),
    "advance": ("预付款", "advance"),
    "progress": ("进度款", "progress"),
    "wages": ("工资", "wages"),
    "retention": ("质量保证金", "retention"),
    "draft": ("草稿", "draft"),
    "submitted": ("已提交", "submitted"),
    "supervisor_review": ("监理审核中", "supervisor's review"),
    "returned": ("已退回", "returned"),
    "supervisor_certified": ("监理已核", "certified by supervisor"),
    "owner_review": ("发包人审核中", "owner's review"),
    "partially_agreed": ("部分同意", "partly agreed"),
    "interim_certified": ("临时支付证书", "interim certificate"),
    "owner_certified": ("已签发支付证书", "certified by owner"),
    "risk_check": ("风险检查中", "risk check"),
    "finance_review": ("财政审核中", "finance review"),
    "treasury_instructed": ("已下达支付指令", "treasury instructed"),
    "held": ("暂缓中", "held"),
    "paid": ("已支付", "paid"),
    "settled": ("已结清", "settled"),
    "reconciled": ("已对账", "reconciled"),
    "clawback": ("追回中", "claw-back"),
    "withdrawn": ("已撤回", "withdrawn"),
    "detected": ("已发现", "detected"),
    "dismissed": ("已排除", "dismissed"),
    "notified": ("已通知整改", "notified"),
    "rectifying": ("整改中", "rectifying"),
    "recheck_passed": ("复查通过", "recheck passed"),
    "closed": ("已销号", "closed"),
    "look_back": ("回头看", "look-back"),
    "effective": ("整改有效", "effective"),
    "reopened": ("重新打开", "reopened"),
    "bill_item": ("工程量清单", "bill of quantities"),
    "roster": ("总监名册", "chief supervisors"),
    "wage_account": ("工资专用账户", "wage account"),
    "wage_transfer": ("人工费拨付", "labour cost transfer"),
    "defects_period": ("缺陷责任期", "defects period"),
    "guarantee": ("保函", "guarantee"),
    "document": ("文件", "document"),
    "start_permit": ("施工许可", "start permit"),
    "tender": ("招标", "tender"),
    "party": ("相关单位", "party"),
    "planned_month": ("用款计划", "spending plan"),
    "delivery": ("进场材料", "delivery"),
    "material_paid": ("已付材料", "material paid"),
    "site_condition": ("停工与天气", "stops and weather"),
    "budget_line": ("预算", "budget"),
}


def code(value: str | None, w: Words) -> str:
    """A state's name; a code that has none is shown as it is."""
    if value is None:
        return "—"
    return w(*_CODES[value]) if value in _CODES else value
