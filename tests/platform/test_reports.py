"""Reports as people get them: asked for, made in the background, read back page by page."""

import hashlib
import io
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from siteward_platform.database import migrate
from siteward_platform.database.models import LogEntry, Report
from siteward_platform.database.session import open_database, reading, writing
from siteward_platform.reports.pdf import NoFontError, has_font
from siteward_platform.reports.press import Press
from tests.platform import kindergarten as k
from tests.platform.desk import Desk, desk_on, ok

pytestmark = pytest.mark.system  # pages are set in the operating system's Chinese font

MONTH = {"kind": "month", "project": k.PROJECT, "month": "2026-06"}


@pytest.fixture(scope="module", autouse=True)
def chinese_font() -> None:
    """Pages need it; CI must have it."""
    if not has_font():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(NoFontError()))


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The kindergarten with an anomalous claim and a camera that was blind, for all of us."""
    folder = tmp_path_factory.mktemp("reports")
    database = open_database(f"sqlite:///{folder / 'siteward.db'}")
    migrate.upgrade(database)
    with desk_on(database, folder) as desk:
        desk.anomalous_claim()
        yield desk
    database.dispose()


@pytest.fixture(scope="module")
def june(busy: Desk) -> dict[str, Any]:
    """June's report of the kindergarten."""
    return made(busy.person("supervisor"), MONTH)


def made(client: httpx.Client, body: dict[str, Any]) -> dict[str, Any]:
    """Asks for a report and waits until it is made."""
    report: dict[str, Any] = ok(client.post("/api/v1/reports", json=body))
    deadline = time.monotonic() + 30
    while report["state"] in ("waiting", "working") and time.monotonic() < deadline:
        time.sleep(0.05)
        report = ok(client.get(f"/api/v1/reports/{report['id']}"))
    return report


def fetched(client: httpx.Client, report: dict[str, Any], form: str) -> bytes:
    answer = client.get(f"/api/v1/reports/{report['id']}/files/{form}")
    assert answer.is_success, answer.text
    return answer.content


def text_of(pdf: bytes) -> str:
    """What somebody can search and copy, without the breaks of lines."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def test_a_month_of_a_project_is_a_pdf_with_chinese_text_and_its_own_fonts(
    busy: Desk, june: dict[str, Any]
) -> None:
    supervisor, report = busy.person("supervisor"), june
    assert (report["state"], report["done_percent"], report["error"]) == ("done", 100, "")
    pdf = fetched(supervisor, report, "pdf")
    text = text_of(pdf)
    for words in (
        "项目月度监督报告",
        "晨曦幼儿园扩建工程",
        "主体结构",
        "2026-06-01–2026-06-15",
        "8,000,000.00",
        "SPI=EV÷PV",
        "主体封顶",
        "机器识别结果须经人工核实",
        "FR-",
    ):
        assert words in text, words
    resources: Any = [page["/Resources"] for page in PdfReader(io.BytesIO(pdf)).pages]
    fonts = [str(f.get_object()["/BaseFont"]) for r in resources for f in r["/Font"].values()]
    assert any("NotoSansCJKsc" in name for name in fonts), fonts
    assert b"pdfaid:part" in pdf, "it must stay readable in ten years: PDF/A"


def test_the_workbook_has_the_numbers_of_the_pages_as_numbers(
    busy: Desk, june: dict[str, Any]
) -> None:
    supervisor, report = busy.person("supervisor"), june
    book = load_workbook(io.BytesIO(fetched(supervisor, report, "xlsx")))
    funds = {str(r[0].value): r[1].value for r in book["资金"].iter_rows() if r[0].value}
    assert funds["合同价"] == 8_000_000 and funds["累计已付"] == 2_600_000
    progress: Any = book["进度与挣值"]
    curve = ok(supervisor.get(f"/api/v1/projects/{k.PROJECT}/s-curve"))
    figures = {str(r[0].value): r[1].value for r in progress.iter_rows() if r[0].value}
    assert figures["挣值 EV"] == float(curve["earned_value"])
    assert figures["SPI = EV ÷ PV"] == pytest.approx(curve["spi"])
    assert len(progress._charts) == 1
    assert "设备与影像连续性" in book.sheetnames


def test_blind_hours_of_the_month_stand_in_the_report(busy: Desk, june: dict[str, Any]) -> None:
    supervisor = busy.person("supervisor")
    book = load_workbook(io.BytesIO(fetched(supervisor, june, "xlsx")), data_only=True)
    rows = [[cell.value for cell in row] for row in book["设备与影像连续性"].iter_rows()]
    lost = [row for row in rows if row[0] == "塔机全景" and row[4] == "不可用"]
    assert [row[3] for row in lost] == [41.0]


def test_both_files_are_kept_under_the_hash_the_log_names(busy: Desk, june: dict[str, Any]) -> None:
    supervisor, report = busy.person("supervisor"), june
    for file in report["files"]:
        content = fetched(supervisor, report, file["format"])
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        assert len(content) == file["size"]
    with reading(busy.database) as session:
        query = select(LogEntry).where(LogEntry.action == "report.make")
        entry = session.scalars(query.order_by(LogEntry.seq)).first()
    assert entry is not None
    assert all(file["sha256"] in entry.detail for file in report["files"])


def test_a_file_that_was_changed_afterwards_is_not_handed_out(
    busy: Desk, june: dict[str, Any]
) -> None:
    supervisor, report = busy.person("supervisor"), june
    (file,) = busy.web.with_name("reports").glob(f"*/{report['files'][0]['sha256']}.pdf")
    file.write_bytes(file.read_bytes().replace(b"%PDF-1.7", b"%PDF-1.6"))
    answer = supervisor.get(f"/api/v1/reports/{report['id']}/files/pdf")
    assert (answer.status_code, answer.json()["code"]) == (503, "report_damaged")


def test_the_street_sees_every_project_side_by_side_and_in_english(busy: Desk) -> None:
    other = {**k.SETUP, "name": {"zh": "养老中心", "en": "Care centre"}}
    ok(busy.person("admin").put("/api/v1/projects/care", json=other))
    supervisor = busy.person("supervisor")
    report = made(supervisor, {"kind": "street", "month": "2026-06", "language": "en"})
    assert report["error"] == ""
    text = text_of(fetched(supervisor, report, "pdf"))
    for words in ("Monthlysupervisionreportofthestreet", "Carecentre", "Chenxikindergarten"):
        assert words in text, words


def test_a_project_file_covers_all_its_time(busy: Desk) -> None:
    supervisor = busy.person("supervisor")
    report = made(supervisor, {"kind": "project", "project": k.PROJECT})
    text = text_of(fetched(supervisor, report, "pdf"))
    assert "项目档案" in text and "2026-03-01–2026-06-15" in text


def test_a_past_month_is_told_as_of_its_last_day(busy: Desk) -> None:
    supervisor = busy.person("supervisor")
    report = made(supervisor, {**MONTH, "month": "2026-04"})
    book = load_workbook(io.BytesIO(fetched(supervisor, report, "xlsx")))
    figures = {str(r[0].value): r[1].value for r in book["进度与挣值"].iter_rows() if r[0].value}
    assert figures["已付款 AC"] == 0, "the payment is of May"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "month", "project": k.PROJECT}, "month"),
        ({"kind": "street", "project": k.PROJECT, "month": "2026-06"}, "project"),
        ({**MONTH, "month": "2026-07"}, "month"),
        ({**MONTH, "month": "2026-13"}, "month"),
    ],
)
def test_a_report_that_cannot_be_names_the_field(
    sqlite_desk: Desk, body: dict[str, Any], field: str
) -> None:
    sqlite_desk.setup()
    answer = sqlite_desk.person("supervisor").post("/api/v1/reports", json=body)
    assert answer.status_code == 422
    assert field in answer.json()["fields"], answer.text


def test_a_report_cut_short_by_the_end_of_the_server_is_made_at_the_next_start(
    busy: Desk, tmp_path: Path
) -> None:
    with writing(busy.database) as session:
        cut_short = Report(
            kind="month", project_id=k.PROJECT, month="2026-06", language="zh",
            state="working", done_percent=60, asked_by="supervisor",
            asked_role="supervisor", asked_at=datetime(2026, 6, 15, tzinfo=UTC),
        )  # fmt: skip
        session.add(cut_short)
        session.flush()
        number = cut_short.id
    press = Press(busy.database, busy.series, tmp_path / "reports", lambda: busy.now)
    with press.running():
        deadline = time.monotonic() + 30
        state = ""
        while state != "done" and time.monotonic() < deadline:
            time.sleep(0.05)
            with reading(busy.database) as session:
                state = session.get_one(Report, number).state
    assert state == "done"


def test_words_that_look_like_a_formula_stay_words(sqlite_desk: Desk) -> None:
    setup = {**k.SETUP, "description": '=HYPERLINK("http://example.org")'}
    ok(sqlite_desk.person("admin").put(f"/api/v1/projects/{k.PROJECT}", json=setup))
    supervisor = sqlite_desk.person("supervisor")
    report = made(supervisor, {"kind": "project", "project": k.PROJECT})
    book = load_workbook(io.BytesIO(fetched(supervisor, report, "xlsx")))
    assert book["概况"]["A1"].data_type == "s"
