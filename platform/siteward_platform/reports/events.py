"""The chapters of a project's report on what happened: hazards, money, devices, papers."""

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from siteward_contracts.catalog import HAZARDS
from siteward_contracts.clock import SHANGHAI
from siteward_platform.device_timeline import fit_ratio
from siteward_platform.payments import ZERO
from siteward_platform.reports.document import Column, Drawing, Fact, Section, Table
from siteward_platform.reports.drawings import ORANGE, RED, TEAL, Lane, Span, lanes_over_days
from siteward_platform.reports.material import Material, Watched, midnight
from siteward_platform.reports.words import Words, code, named

_CONDITION_COLOURS = {"ok": TEAL, "unfit": RED, "silent": ORANGE, "unknown": "#e4eaed"}


def safety(m: Material, w: Words) -> Section:
    """Alerts that fired, by severity and kind, and hazards that were open."""
    by_kind = Counter((a.kind, a.severity) for a in m.alerts)
    false = sum(a.verdict == "false_alarm" for a in m.alerts)
    closed = sum(h.closed_on is not None and h.closed_on <= m.period.last for h in m.hazards)
    overdue = sum(h.closed_on is None and h.due < m.period.last for h in m.hazards)
    return Section(
        w("安全", "Safety"),
        facts=(
            Fact(w("本期预警", "Alerts"), len(m.alerts), "count"),
            Fact(w("其中误报", "of which false"), false, "count"),
            Fact(w("核实属实", "confirmed"), _confirmed(m), "count"),
            Fact(w("隐患", "Hazards"), len(m.hazards), "count"),
            Fact(w("其中销号", "of which closed"), closed, "count"),
            Fact(w("逾期未销号", "overdue"), overdue, "count"),
        ),
        tables=(
            Table(
                w("预警分类", "Alerts by kind"),
                (
                    Column(w("类型", "Kind"), width=2),
                    Column(w("等级", "Severity")),
                    Column(w("次数", "Times"), "count"),
                ),
                [(_kind(kind, w), code(s, w), n) for (kind, s), n in by_kind.most_common()],
                w("本期没有预警", "No alerts in this period"),
            ),
            _hazards(m, w),
            _alerts(m, w),
        ),
    )


def _confirmed(m: Material) -> int:
    return sum(a.verdict == "confirmed" for a in m.alerts)


def _kind(kind: str, w: Words) -> str:
    hazard = HAZARDS.get(kind)
    return w(hazard.zh, hazard.en) if hazard else kind


def _hazards(m: Material, w: Words) -> Table:
    return Table(
        w("隐患", "Hazards"),
        (
            Column(w("编号", "No."), "count", 0.6),
            Column(w("类型", "Kind"), width=1.4),
            Column(w("等级", "Severity")),
            Column(w("情况", "What"), width=2.4),
            Column(w("发现", "Found"), "date", 1.2),
            Column(w("期限", "Due"), "date", 1.2),
            Column(w("销号", "Closed"), "date", 1.2),
        ),
        [
            (h.id, _kind(h.kind, w), code(h.severity, w), h.description, h.found_on, h.due,
             h.closed_on)
            for h in m.hazards
        ],
        w("本期没有未销号隐患", "No open hazards in this period"),
    )  # fmt: skip


def _alerts(m: Material, w: Words) -> Table:
    return Table(
        w("预警明细", "Alerts"),
        (
            Column(w("时间", "At"), "time", 1.6),
            Column(w("名称", "Title"), width=2),
            Column(w("等级", "Severity")),
            Column(w("位置", "Where"), width=1.3),
            Column(w("状态", "State")),
            Column(w("结论", "Verdict")),
        ),
        [
            (
                a.fired_at, _bilingual(a.title, w), code(a.severity, w),
                _where(m, a.device, a.zone, w), code(a.state, w), code(a.verdict, w),
            )
            for a in m.alerts
        ],
        w("本期没有预警", "No alerts in this period"),
        printed=40,
    )  # fmt: skip


def _where(m: Material, device: str | None, zone: str | None, w: Words) -> str:
    """Device and zone by their names; a code the project does not know is shown as it is."""
    devices = {d.device.id: named(d.device.name, w) for d in m.devices}
    zones = {z.id: named(z.name, w) for z in m.project.zones}
    zones |= {z.id: named(z.name, w) for z in m.project.danger_zones}
    shown = (device and devices.get(device, device), zone and zones.get(zone, zone))
    return " · ".join(filter(None, shown))


def _bilingual(name: dict[str, Any], w: Words) -> str:
    return w(name["zh"], name["en"])


def funds(m: Material, w: Words) -> Section:
    """The contract, what was paid in the period, and claims with what the rules found."""
    c = m.project.contract
    paid_now = sum((p.amount for p in m.payments), ZERO)
    wages_now = sum((p.wage_amount for p in m.payments), ZERO)
    return Section(
        w("资金", "Funds"),
        facts=(
            Fact(w("合同价", "Contract sum"), c.contract_sum, "yuan"),
            Fact(w("批准概算", "Approved estimate"), c.approved_estimate, "yuan"),
            Fact(w("已验收价值", "Verified value"), c.verified_value, "yuan"),
            Fact(w("可付上限", "Payable ceiling"), c.payable_ceiling, "yuan"),
            Fact(w("累计已付", "Paid so far"), c.paid, "yuan"),
            Fact(w("已付占可付上限", "Paid of ceiling"), _share(c.paid, c.payable_ceiling), "share"),
            Fact(w("本期支付", "Paid in this period"), paid_now, "yuan"),
            Fact(w("其中工资", "of which wages"), wages_now, "yuan"),
            Fact(w("暂缓拨付中", "On hold"), m.project.held, "yuan"),
        ),
        tables=(
            Table(
                w("用款申请", "Claims"),
                (
                    Column(w("编号", "No."), "count", 0.6),
                    Column(w("事由", "Title"), width=1.8),
                    Column(w("申报日", "Filed"), "date", 1.2),
                    Column(w("金额（元）", "Amount (yuan)"), "yuan", 1.6),
                    Column(w("暂缓（元）", "Held (yuan)"), "yuan", 1.6),
                    Column(w("状态", "State"), width=1.3),
                    Column(w("红旗", "Flags"), width=1.6),
                ),
                [
                    (x.id, x.title, x.claimed_on, x.amount, x.held, code(x.state, w),
                     w("、", ", ").join(x.flags))
                    for x in m.claims
                ],
                w("没有用款申请", "No claims"),
            ),
            Table(
                w("本期支付", "Payments in this period"),
                (
                    Column(w("日期", "Day"), "date"),
                    Column(w("用途", "Purpose")),
                    Column(w("金额（元）", "Amount (yuan)"), "yuan", 1.4),
                    Column(w("其中工资（元）", "Wages (yuan)"), "yuan", 1.4),
                    Column(w("银行流水号", "Bank reference"), width=1.6),
                ),
                [
                    (p.paid_on, code(p.purpose, w), p.amount, p.wage_amount, p.bank_reference)
                    for p in m.payments
                ],
                w("本期没有支付", "No payments in this period"),
            ),
        ),
    )  # fmt: skip


def _share(part: Decimal, whole: Decimal) -> float | None:
    return float(part / whole) if whole > 0 else None


def devices(m: Material, w: Words) -> Section:
    """When each device was fit, and every time of an hour or more in which one was not."""
    first = min(
        (_day(d.stretches[0].start) for d in m.devices if d.stretches), default=m.period.first
    )

    def place(at: datetime) -> float:
        return (at - midnight(first)) / timedelta(days=1)

    lanes = [
        Lane(
            named(d.device.name, w),
            [
                Span(place(s.start), place(s.end), _CONDITION_COLOURS[s.condition])
                for s in d.stretches
            ],
        )
        for d in m.devices
        if d.stretches
    ]
    lost = [
        (named(d.device.name, w), s.start, s.end, s.hours, code(s.condition, w))
        for d in m.devices
        for s in d.stretches
        if s.condition in ("unfit", "silent") and s.hours >= 1
    ]
    title = w(
        "设备状态（绿色可用，红色遮挡或故障，橙色无数据）",
        "Devices (teal: fit, red: blind or faulty, orange: no data)",
    )
    drawing = Drawing(title, lanes_over_days(lanes, first, m.period.last))
    return Section(
        w("设备与影像连续性", "Devices"),
        drawings=(drawing,) if lanes else (),
        tables=(
            Table(
                w("设备可用率", "Devices"),
                (
                    Column(w("设备", "Device"), width=2),
                    Column(w("类型", "Kind"), width=1.4),
                    Column(w("本期可用率", "Fit in this period"), "share"),
                    Column(w("不可用（小时）", "Unfit (hours)"), "hours"),
                    Column(w("无数据（小时）", "No data (hours)"), "hours"),
                ),
                [
                    (named(d.device.name, w), code(d.device.kind, w), fit_ratio(d.stretches),
                     _hours(d, "unfit"), _hours(d, "silent"))
                    for d in m.devices
                ],
                w("没有登记设备", "No devices"),
            ),
            Table(
                w("一小时以上的中断", "Interruptions of an hour and more"),
                (
                    Column(w("设备", "Device"), width=2),
                    Column(w("开始", "From"), "time", 1.5),
                    Column(w("结束", "To"), "time", 1.5),
                    Column(w("小时", "Hours"), "hours"),
                    Column(w("原因", "Why")),
                ),
                list(lost),
                w("本期没有", "None in this period"),
                printed=40,
            ),
        ),
    )  # fmt: skip


def _day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def _hours(watched: Watched, condition: str) -> float | None:
    if not watched.stretches:
        return None
    return sum(s.hours for s in watched.stretches if s.condition == condition)


def papers(m: Material, w: Words) -> Section:
    """The register of papers."""
    return Section(
        w("资料", "Papers"),
        tables=(
            Table(
                w("资料台账", "Register"),
                (
                    Column(w("编号", "No."), "count", 0.5),
                    Column(w("种类", "Kind"), width=1.2),
                    Column(w("内容", "What"), width=3),
                    Column(w("登记人", "Entered by"), width=1.2),
                    Column(w("登记时间", "Entered"), "time", 1.5),
                ),
                [
                    (p.id, code(p.kind, w), _gist(p.body), p.entered_by, p.entered_at)
                    for p in m.papers
                    if p.voided_at is None
                ],
                w("尚未登记资料", "No papers are registered"),
            ),
        ),
    )


def _gist(body: dict[str, Any]) -> str:
    """What tells one paper from another: its own words and numbers."""
    said = [str(v) for k, v in body.items() if k != "kind" and isinstance(v, str | int | float)]
    return " · ".join(text for text in said if text)[:120]
