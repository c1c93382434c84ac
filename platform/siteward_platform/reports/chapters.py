"""The chapters of a project's report: what is going on with its progress, and its plan."""

from datetime import date
from decimal import Decimal

from siteward_platform.api.schemas.projects import SCurve
from siteward_platform.reports.document import Column, Drawing, Fact, Section, Table
from siteward_platform.reports.drawings import (
    GREEN,
    GREY,
    ORANGE,
    RED,
    TEAL,
    Lane,
    Line,
    Span,
    bars_side_by_side,
    lanes_over_days,
    lines_over_days,
)
from siteward_platform.reports.material import Material
from siteward_platform.reports.words import Words, code, named
from siteward_rules.money import earned_value

MILESTONE_COLOURS = {"planned": GREY, "claimed": ORANGE, "accepted": GREEN, "rejected": RED}
_WAN = 10_000


def summary(m: Material, w: Words) -> Section:
    """Where the project stands, and who answers for it."""
    p = m.project
    lights = p.lights
    people = [(named(person.duty, w), person.name) for person in p.people]
    return Section(
        w("概况", "Summary"),
        facts=(
            Fact(w("进度", "Schedule"), code(lights.schedule, w)),
            Fact(w("安全", "Safety"), code(lights.safety, w)),
            Fact(w("资金", "Funds"), code(lights.funds, w)),
            Fact(w("设备", "Devices"), code(lights.devices, w)),
            Fact(w("计划进度", "Planned"), p.planned_percent, "percent"),
            Fact(w("上报进度", "Reported"), p.reported_percent, "percent"),
            Fact(w("验收进度", "Accepted"), p.accepted_percent, "percent"),
            Fact(w("影像进度", "By camera"), p.camera_percent, "percent"),
            Fact(w("影像覆盖率", "Camera coverage"), p.coverage, "share"),
            Fact(w("开工", "Started"), p.started_on, "date"),
            Fact(w("计划完工", "Planned finish"), p.planned_finish, "date"),
            Fact(w("预测完工", "Forecast finish"), forecast_finish(m), "date"),
        ),
        tables=(
            Table(
                w("责任人", "Responsible people"),
                (Column(w("职责", "Duty")), Column(w("姓名", "Name"))),
                list(people),
                w("尚未登记责任人", "Nobody is named"),
            ),
        ),
        remark=p.description,
    )


def forecast_finish(m: Material) -> date | None:
    """The planned finish stretched by the schedule index; None before anything is earned."""
    return earned_value.forecast_finish(m.project.started_on, m.project.planned_finish, m.value)


def progress(m: Material, w: Words) -> Section:
    """Earned value with its S-curve, and the work items."""
    v = m.value
    return Section(
        w("进度与挣值", "Progress and earned value"),
        facts=(
            Fact(w("计划值 PV", "Planned value PV"), v.pv, "yuan"),
            Fact(w("挣值 EV", "Earned value EV"), v.ev, "yuan"),
            Fact(w("已付款 AC", "Paid AC"), v.ac, "yuan"),
            Fact(w("完工预算 BAC", "Budget BAC"), v.bac, "yuan"),
            Fact("SPI = EV ÷ PV", v.spi, "index", w("小于 1 为滞后", "below 1: late")),
            Fact("CPI = EV ÷ AC", v.cpi, "index", w("小于 1 为超付", "below 1: paid ahead")),
            Fact(w("进度偏差 SV", "Schedule variance SV"), v.sv, "yuan"),
            Fact(w("成本偏差 CV", "Cost variance CV"), v.cv, "yuan"),
            Fact("EAC = BAC ÷ CPI", v.eac_typical, "yuan", w("偏差延续", "as so far")),
            Fact("EAC = AC + BAC − EV", v.eac_atypical, "yuan", w("其余按计划", "rest as planned")),
            Fact(
                "EAC = AC + (BAC − EV) ÷ (CPI × SPI)", v.eac_combined, "yuan",
                w("两项偏差都延续", "both indices persist"),
            ),
            Fact(w("完工尚需效率 TCPI", "To-complete index TCPI"), v.tcpi, "index"),
        ),
        drawings=(Drawing(w("S 曲线", "S-curve"), s_curve(m.curve, m.period.last, w)),),
        tables=(_work_items(m, w), _curve(m.curve, w)),
    )  # fmt: skip


def s_curve(curve: SCurve, last: date, w: Words) -> str:
    """Planned, earned and paid value in ten thousand yuan."""

    def points(values: list[Decimal] | list[Decimal | None]) -> list[tuple[date, float]]:
        return [
            (day, float(value) / _WAN)
            for day, value in zip(curve.dates, values, strict=True)
            if value is not None
        ]

    lines = [
        Line(w("计划值 PV", "Planned PV"), GREY, points(curve.planned), dashed=True),
        Line(w("挣值 EV", "Earned EV"), TEAL, points(curve.earned)),
        Line(w("已付款 AC", "Paid AC"), ORANGE, points(curve.paid), step=True),
    ]
    return lines_over_days(lines, w("万元", "10k yuan"), last, w("截至", "as of"))


def _work_items(m: Material, w: Words) -> Table:
    return Table(
        w("分项工程", "Work items"),
        (
            Column(w("名称", "Name"), width=2),
            Column(w("造价（元）", "Value (yuan)"), "yuan", 1.6),
            Column(w("开工", "From"), "date", 1.2),
            Column(w("完工", "To"), "date", 1.2),
            Column(w("计划", "Planned"), "percent"),
            Column(w("上报", "Reported"), "percent"),
            Column(w("验收", "Accepted"), "percent"),
            Column(w("影像", "Camera"), "percent"),
        ),
        [
            (
                named(i.name, w), i.value, i.planned_start, i.planned_finish, i.planned_percent,
                i.reported_percent, i.accepted_percent, i.camera_percent,
            )
            for i in m.project.work_items
        ],
    )  # fmt: skip


def _curve(curve: SCurve, w: Words) -> Table:
    rows = zip(curve.dates, curve.planned, curve.earned, curve.paid, strict=True)
    return Table(
        w("S 曲线数据（元）", "S-curve data (yuan)"),
        (
            Column(w("日期", "Day"), "date"),
            Column(w("计划值 PV", "Planned PV"), "yuan"),
            Column(w("挣值 EV", "Earned EV"), "yuan"),
            Column(w("已付款 AC", "Paid AC"), "yuan"),
        ),
        list(rows),
        printed=0,
        plotted=True,
    )


def milestones(m: Material, w: Words) -> Section:
    """The plan as bars over time with its milestones, and what was claimed and accepted."""
    project, last = m.project, m.period.last
    first = min([project.started_on, *(i.planned_start for i in project.work_items)])
    end = max([project.planned_finish, last, *(i.planned_finish for i in project.work_items)])

    def place(day: date) -> float:
        return (day - first).days

    lanes = [
        Lane(
            named(item.name, w),
            [
                Span(
                    place(item.planned_start), place(item.planned_finish) + 1, TEAL,
                    item.accepted_percent / 100,
                )
            ],
        )
        for item in project.work_items
    ]  # fmt: skip
    lanes += [
        Lane(named(stone.name, w), marks=[(place(stone.due), MILESTONE_COLOURS[stone.status])])
        for stone in sorted(project.milestones, key=lambda s: s.due)
    ]
    rows = [
        (
            named(s.name, w), s.due, code(s.status, w), s.claimed_on, s.accepted_on, s.accepted_by,
            max(0, (last - s.due).days) if s.status != "accepted" else 0,
        )
        for s in project.milestones
    ]  # fmt: skip
    drawing = Drawing(
        w("计划与里程碑（深色为已验收部分）", "Plan and milestones (dark: accepted)"),
        lanes_over_days(lanes, first, end, last),
    )
    return Section(
        w("计划与里程碑", "Plan and milestones"),
        drawings=(drawing,) if lanes else (),
        tables=(
            Table(
                w("里程碑", "Milestones"),
                (
                    Column(w("名称", "Name"), width=2),
                    Column(w("计划", "Due"), "date", 1.2),
                    Column(w("状态", "State")),
                    Column(w("申报", "Claimed"), "date", 1.2),
                    Column(w("验收", "Accepted"), "date", 1.2),
                    Column(w("验收人", "By"), width=1.4),
                    Column(w("逾期（天）", "Late (days)"), "count"),
                ),
                list(rows),
                w("没有里程碑", "No milestones"),
            ),
        ),
    )


def zones(m: Material, w: Words) -> Section:
    """Zones: what the camera saw beside what was reported and accepted."""
    names = (w("上报", "Reported"), w("验收", "Accepted"), w("影像", "Camera"))
    groups = [
        (named(z.name, w), (z.reported_percent, z.accepted_percent, z.camera_percent))
        for z in m.zones
    ]
    rows = [
        (
            named(z.name, w), z.camera, z.reported_percent, z.accepted_percent, z.camera_percent,
            _gap(z.reported_percent, z.camera_percent), z.coverage, z.measured_at,
        )
        for z in m.zones
    ]  # fmt: skip
    drawing = Drawing(w("三方进度对照", "Three progresses"), bars_side_by_side(groups, names))
    return Section(
        w("分区进度", "Zones"),
        drawings=(drawing,) if groups else (),
        tables=(
            Table(
                w("分区", "Zones"),
                (
                    Column(w("名称", "Name"), width=1.6),
                    Column(w("摄像机", "Camera"), width=1.2),
                    Column(w("上报", "Reported"), "percent"),
                    Column(w("验收", "Accepted"), "percent"),
                    Column(w("影像", "Camera"), "percent"),
                    Column(w("上报高出", "Reported above"), "percent"),
                    Column(w("覆盖率", "Coverage"), "share"),
                    Column(w("最近测得", "Last measured"), "time", 1.6),
                ),
                list(rows),
                w("没有划定分区", "No zones are set"),
            ),
        ),
    )


def _gap(reported: float, seen: float | None) -> float | None:
    return None if seen is None else reported - seen
