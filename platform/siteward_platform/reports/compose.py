"""Puts whole reports together: of one project, or of every project of the street."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from siteward_contracts.clock import SHANGHAI
from siteward_platform.device_timeline import fit_ratio
from siteward_platform.payments import ZERO
from siteward_platform.reports import chapters, events
from siteward_platform.reports.document import Column, Document, Drawing, Fact, Section, Table
from siteward_platform.reports.drawings import bars_side_by_side
from siteward_platform.reports.material import Material, Period
from siteward_platform.reports.words import Language, Words, code, named, speaking

_CHAPTERS: Final[tuple[Callable[[Material, Words], Section], ...]] = (
    chapters.summary,
    chapters.progress,
    chapters.milestones,
    chapters.zones,
    events.safety,
    events.funds,
    events.devices,
    events.papers,
)


def project_document(
    material: Material, monthly: bool, language: Language, author: str, made_at: datetime
) -> Document:
    """A project's monthly report, or its export over all its time."""
    w = speaking(language)
    title = (
        w("项目月度监督报告", "Monthly supervision report")
        if monthly
        else w("项目档案", "Project file")
    )
    return Document(
        language,
        title,
        named(material.project.name, w),
        (
            (w("项目地址", "Address"), material.project.address),
            *_lines(material.period, author, made_at, w),
        ),
        tuple(chapter(material, w) for chapter in _CHAPTERS),
        made_at,
    )


def street_document(
    materials: Sequence[Material], period: Period, language: Language, author: str,
    made_at: datetime,
) -> Document:  # fmt: skip
    """The month of every project: first side by side, then each on its own."""
    w = speaking(language)
    return Document(
        language,
        w("街道民生实事项目月度监督报告", "Monthly supervision report of the street"),
        w(f"在建项目 {len(materials)} 个", f"{len(materials)} projects"),
        tuple(_lines(period, author, made_at, w)),
        (
            _side_by_side(materials, w),
            _happened(materials, w),
            *(_short(m, w) for m in materials),
        ),
        made_at,
    )


def _lines(period: Period, author: str, made_at: datetime, w: Words) -> tuple[tuple[str, str], ...]:
    return (
        (w("期间", "Period"), f"{period.first} – {period.last}"),
        (w("编制人", "Made by"), author),
        (w("生成时间", "Made at"), f"{made_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"),
    )


def _side_by_side(materials: Sequence[Material], w: Words) -> Section:
    names = (
        w("计划", "Planned"),
        w("上报", "Reported"),
        w("验收", "Accepted"),
        w("影像", "Camera"),
    )
    groups = [
        (
            named(m.project.name, w),
            (
                m.project.planned_percent, m.project.reported_percent,
                m.project.accepted_percent, m.project.camera_percent,
            ),
        )
        for m in materials
    ]  # fmt: skip
    rows = [
        (
            named(m.project.name, w), code(m.project.lights.schedule, w),
            code(m.project.lights.safety, w), code(m.project.lights.funds, w),
            code(m.project.lights.devices, w), m.value.spi, m.value.cpi,
            m.project.planned_finish, chapters.forecast_finish(m),
        )
        for m in materials
    ]  # fmt: skip
    contract = _sum(m.project.contract_sum for m in materials)
    paid = _sum(m.project.paid for m in materials)
    return Section(
        w("总览", "Overview"),
        facts=(
            Fact(w("合同价合计", "Contract sums"), contract, "yuan"),
            Fact(w("累计已付", "Paid so far"), paid, "yuan"),
            Fact(w("暂缓拨付中", "On hold"), _sum(m.project.held for m in materials), "yuan"),
        ),
        drawings=(Drawing(w("各项目进度对照", "Progress"), bars_side_by_side(groups, names)),),
        tables=(
            Table(
                w("各项目状态", "Projects"),
                (
                    Column(w("项目", "Project"), width=2.4),
                    Column(w("进度", "Schedule"), width=0.8),
                    Column(w("安全", "Safety"), width=0.8),
                    Column(w("资金", "Funds"), width=0.8),
                    Column(w("设备", "Devices"), width=0.8),
                    Column("SPI", "index", 0.7),
                    Column("CPI", "index", 0.7),
                    Column(w("计划完工", "Planned"), "date", 1.3),
                    Column(w("预测完工", "Forecast"), "date", 1.3),
                ),
                list(rows),
                w("没有项目", "No projects"),
            ),
        ),
    )


def _happened(materials: Sequence[Material], w: Words) -> Section:
    rows = [
        (
            named(m.project.name, w), len(m.alerts), len(m.hazards),
            sum(h.closed_on is None and h.due < m.period.last for h in m.hazards),
            _sum(p.amount for p in m.payments), m.project.held,
            _fit([fit_ratio(d.stretches) for d in m.devices if d.device.kind == "camera"]),
        )
        for m in materials
    ]  # fmt: skip
    return Section(
        w("本期情况", "This period"),
        tables=(
            Table(
                w("安全、资金与设备", "Safety, money and devices"),
                (
                    Column(w("项目", "Project"), width=2.4),
                    Column(w("预警", "Alerts"), "count", 0.8),
                    Column(w("隐患", "Hazards"), "count", 0.8),
                    Column(w("逾期", "Overdue"), "count", 0.8),
                    Column(w("本期支付（元）", "Paid (yuan)"), "yuan", 1.7),
                    Column(w("暂缓（元）", "Held (yuan)"), "yuan", 1.7),
                    Column(w("摄像机可用率", "Cameras fit"), "share", 1.2),
                ),
                list(rows),
                w("没有项目", "No projects"),
            ),
        ),
    )


def _short(m: Material, w: Words) -> Section:
    """A project in half a page."""
    whole = chapters.progress(m, w)
    stones = chapters.milestones(m, w)
    return Section(
        named(m.project.name, w),
        facts=(*chapters.summary(m, w).facts[4:], *whole.facts[:6]),
        drawings=whole.drawings,
        tables=stones.tables,
        remark=m.project.description,
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def _fit(ratios: Sequence[float | None]) -> float | None:
    known = [ratio for ratio in ratios if ratio is not None]
    return sum(known) / len(known) if known else None
