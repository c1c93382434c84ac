"""Payments and bank files: previews name every bad row, nothing is written before it is confirmed."""

import io
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from siteward_platform.imports.lines import Limits, read_lines
from siteward_platform.imports.tables import Cell, Row, Table, read_table
from siteward_platform.refusals import InvalidError
from tests.platform import kindergarten as k
from tests.platform.desk import Desk, ok

P = f"/api/v1/projects/{k.PROJECT}"
CHINESE = (
    "付款日期,金额（元）,其中工资,收款账号,收款人,银行流水号,发票号,节点,款项性质,备注\n"
    '2026-06-01,"¥120,000.50",20000,6222000011112222,华建工程有限公司,B-101,0101,base,进度款,首笔\n'
    "2026/6/2,80000,,6222000011112222,华建工程有限公司,B-102,,,预付款,\n"
)
BAD = (
    "付款日期,金额,其中工资,收款账号,银行流水号,节点,款项性质\n"
    "2026-06-31,12万,0,6222000011112222,B-1,roof,货款\n"
    "\n"
    "2027-01-01,100.005,200,,B-201,,\n"
    "2026-06-01,100,200,6222,B-202,,\n"
    "2026-06-01,0,,6222,B-202,,\n"
)
BANK = "date,amount,account,reference\n"


def post(desk: Desk, path: str, data: bytes, name: str = "pay.csv", **form: str) -> httpx.Response:
    files = {"file": (name, data)}
    return desk.person("finance").post(f"{P}/imports/{path}", files=files, data=form)


def preview(desk: Desk, kind: str, data: bytes, name: str = "pay.csv") -> dict[str, Any]:
    seen: dict[str, Any] = ok(post(desk, f"{kind}/preview", data, name))
    return seen


def confirm(desk: Desk, kind: str, data: bytes, name: str = "pay.csv") -> Any:
    return ok(post(desk, kind, data, name, sha256=preview(desk, kind, data, name)["sha256"]))


def payments(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(desk.person("finance").get(f"{P}/payments"))
    return found


def workbook(*rows: tuple[Any, ...]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_a_file_in_gb18030_is_previewed_confirmed_and_undone(desk: Desk) -> None:
    desk.setup()
    data = CHINESE.encode("gb18030")
    seen = preview(desk, "payments", data)
    assert (seen["encoding"], seen["good_rows"], seen["total"]) == ("gb18030", 2, "200000.50")
    assert seen["columns"]["paid_on"] == "付款日期"
    assert seen["ignored"] == ["备注"]
    assert len(payments(desk)) == 1, "a preview writes nothing"
    taken = confirm(desk, "payments", data)
    assert (taken["rows"], taken["total"]) == (2, "200000.50")
    newest, other = payments(desk)[:2]
    assert (newest["bank_reference"], newest["purpose"]) == ("B-102", "advance")
    assert (other["amount"], other["wage_amount"]) == ("120000.50", "20000.00")

    again = preview(desk, "payments", data)
    assert again["imported_before"]["id"] == taken["id"]
    assert again["problem_count"] == 2, "both references are on record"
    refused = post(desk, "payments", data, sha256=again["sha256"])
    assert (refused.status_code, refused.json()["code"]) == (409, "imported_before")

    undone = ok(desk.person("finance").delete(f"/api/v1/imports/{taken['id']}"))
    assert undone["undone_by"] == desk.display_name("finance")
    assert len(payments(desk)) == 1
    confirm(desk, "payments", data)
    assert [i["undone_at"] is None for i in ok(desk.person("auditor").get(f"{P}/imports"))] == [
        True, False,
    ]  # fmt: skip


def test_every_bad_row_is_shown_with_line_column_value_and_remedy(sqlite_desk: Desk) -> None:
    sqlite_desk.setup()
    data = BAD.encode()
    seen = preview(sqlite_desk, "payments", data)
    found = {(p["line"], p["column"]): (p["value"], p["message"]) for p in seen["problems"]}
    assert found == {
        (2, "付款日期"): ("2026-06-31", "不是日期"),
        (2, "金额"): ("12万", "不是金额"),
        (2, "款项性质"): ("货款", "不是可选的款项性质"),
        (4, "金额"): ("100.005", "金额小于分"),
        (4, "收款账号"): ("", "必填"),
        (5, "其中工资"): ("200", "工资大于付款金额"),
        (6, "金额"): ("0", "金额必须大于零"),
        (6, "银行流水号"): ("B-202", "与第 5 行重复"),
    }
    assert all(p["remedy"] for p in seen["problems"])
    refused = post(sqlite_desk, "payments", data, sha256=seen["sha256"])
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_rows")
    assert len(payments(sqlite_desk)) == 1


def test_what_is_confirmed_is_what_was_previewed(sqlite_desk: Desk) -> None:
    sqlite_desk.setup()
    seen = preview(sqlite_desk, "payments", CHINESE.encode())
    other = CHINESE.replace("80000", "90000").encode()
    refused = post(sqlite_desk, "payments", other, sha256=seen["sha256"])
    assert (refused.status_code, refused.json()["code"]) == (422, "other_file")


def test_an_excel_file_with_dates_and_numbers_as_excel_keeps_them(sqlite_desk: Desk) -> None:
    sqlite_desk.setup()
    data = workbook(
        ("Payment date", "Amount", "Account", "Reference", "Purpose"),
        (date(2026, 6, 1), 1234.5, "6222000011112222", "X-1", "progress"),
        (),
        (date(2026, 6, 2), 10, 62220000, 77, "wages"),
    )
    seen = preview(sqlite_desk, "payments", data, "pay.xlsx")
    assert seen["problems"] == []
    assert [(line["line"], line["amount"], line["bank_reference"]) for line in seen["lines"]] == [
        (2, "1234.50", "X-1"), (4, "10.00", "77"),
    ]  # fmt: skip
    confirm(sqlite_desk, "payments", data, "pay.xlsx")
    wages = payments(sqlite_desk)[0]
    assert (wages["purpose"], wages["wage_amount"]) == ("wages", "10.00")


def test_an_account_that_excel_shortened_is_refused(sqlite_desk: Desk) -> None:
    sqlite_desk.setup()
    header = ("付款日期", "金额", "收款账号", "银行流水号")
    data = workbook(header, ("2026-06-01", 5, 6222000011112222333, "X-1"))
    [problem] = preview(sqlite_desk, "payments", data, "pay.xlsx")["problems"]
    assert (problem["line"], problem["column"]) == (2, "收款账号")
    assert "文本格式" in problem["remedy"]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("old.xls", b"\xd0\xcf\x11\xe0" + b"x" * 100, "另存为"),
        ("cut.xlsx", b"PK\x03\x04broken", "重新另存为"),
        ("picture.csv", b"\xff\xd8\xff\xe0\x00\x10JFIF", "csv"),
        ("empty.csv", b"", "列名"),
        ("head.csv", "付款日期,金额\n".encode(), "列名"),
        ("quote.csv", b'a,b\n"1,2\n3,4', "引号"),
    ],
)
def test_a_file_that_is_none_is_refused_with_a_remedy(name: str, data: bytes, says: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_table(name, data)
    assert refused.value.code == "unreadable_file"
    assert says in refused.value.remedy


def test_an_excel_file_that_unpacks_to_too_much_is_refused_unread() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * 61_000_000)
    with pytest.raises(InvalidError, match="解压后过大"):
        read_table("bomb.xlsx", packed.getvalue())


def test_a_missing_and_a_doubled_column_are_named(sqlite_desk: Desk) -> None:
    sqlite_desk.setup()
    seen = preview(sqlite_desk, "bank", "金额,交易金额,对方账号\n1,1,2\n".encode())
    assert [(p["line"], p["column"], p["message"]) for p in seen["problems"]] == [
        (1, "交易金额", "与“金额”是同一列"), (1, "交易日期", "缺少该列"),
        (1, "交易流水号", "缺少该列"),
    ]  # fmt: skip


def test_what_bank_and_register_do_not_agree_on_is_listed(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    desk.setup()
    taken = confirm(desk, "payments", CHINESE.encode())
    bank = BANK + (
        "2026-05-20,2600000.00,6222000011112222,B-1\n"
        "2026-06-01,120000.05,6222000011112222,B-101\n"
        "2026-06-02,80000.00,6222,B-102\n"
        "2026-06-03,9.00,6222,B-103\n"
    )
    confirm(desk, "bank", bank.encode())
    found = ok(desk.person("auditor").get(f"{P}/reconciliation"))
    assert (found["matched"], found["matched_total"]) == (1, "2600000.00")
    assert [(r["reference"], r["differences"]) for r in found["unmatched_lines"]] == [
        ("B-101", ["amount"]), ("B-102", ["account"]), ("B-103", ["unknown_reference"]),
    ]  # fmt: skip
    assert [p["bank_reference"] for p in found["unmatched_payments"]] == ["B-101", "B-102"]

    payment = {
        "amount": "9.00", "wage_amount": "0.00", "paid_on": "2026-06-03",
        "payee_account": "6222", "bank_reference": "B-103",
    }  # fmt: skip
    ok(desk.person("finance").post(f"{P}/payments", json=payment))
    again = ok(desk.person("finance").post(f"{P}/reconciliation"))
    assert again["matched"] == 2, "the corrected register is matched anew"
    ok(desk.person("finance").delete(f"/api/v1/imports/{taken['id']}"))


def test_an_import_that_is_reconciled_or_decided_on_is_not_undone(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    number = desk.anomalous_claim()
    data = CHINESE.encode()
    first = confirm(desk, "payments", data)
    bank = confirm(desk, "bank", (BANK + "2026-06-02,80000,6222000011112222,B-102\n").encode())
    finance = desk.person("finance")
    refused = finance.delete(f"/api/v1/imports/{first['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "import_in_use")
    ok(finance.delete(f"/api/v1/imports/{bank['id']}"))
    desk.act("finance", number, "decision", k.HOLD)
    refused = finance.delete(f"/api/v1/imports/{first['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "import_in_use")
    assert len(payments(desk)) == 3


CELLS: st.SearchStrategy[Cell] = st.one_of(
    st.none(), st.text(max_size=12), st.integers(), st.floats(), st.dates(),
    st.sampled_from(["2026-06-01", "100.00", "¥1,000", "进度款", "B-1", "0"]),
)  # fmt: skip


@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=6))
def test_no_cell_breaks_the_reader_and_every_row_is_good_or_has_a_problem(
    rows: list[list[Cell]],
) -> None:
    text = [
        [cell if not isinstance(cell, str) else cell.replace("\x00", "") for cell in row]
        for row in rows
    ]

    header = Row(1, ("付款日期", "金额", "收款账号", "银行流水号", "款项性质"))
    table = Table("utf-8", header, tuple(Row(n + 2, tuple(row)) for n, row in enumerate(text)))
    limits = Limits(date(2026, 1, 1), date(2026, 6, 15))
    lines, problems, _ = read_lines("payments", table, limits)
    good, bad = {line.line for line in lines}, {p.line for p in problems}
    assert good | bad == {row.line for row in table.rows}
    assert not good & bad
    assert all(line.amount > Decimal(0) for line in lines)
