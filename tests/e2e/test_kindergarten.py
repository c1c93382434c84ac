"""The case Siteward is named for, followed in the browser through to the released remainder."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import PASSWORD, Demo, pretty

pytestmark = [pytest.mark.e2e, pytest.mark.system, pytest.mark.timeout(420)]

RULES = {"FR-01", "FR-02", "FR-09", "FR-19", "FR-21"}


def case(client: httpx.Client) -> dict[str, Any] | None:
    """The kindergarten's claim 主体封顶 once it has been evaluated."""
    claims = client.get("/claims", params={"project": "kindergarten"}).json()
    for claim in claims:
        if "主体封顶" in claim["title"] and set(claim["flags"]) >= RULES:
            detail: dict[str, Any] = client.get(f"/claims/{claim['id']}").json()
            return detail
    return None


@pytest.fixture(scope="module")
def claim(demo: Demo) -> dict[str, Any]:
    """The claim with its five flags, within two minutes of the demo's start."""
    with demo.client("supervisor") as client:
        found: dict[str, Any] = demo.wait_for(
            "flagged kindergarten claim", lambda: case(client), 120
        )
        return found


@pytest.fixture
def visit(demo: Demo, browser: Browser, artifacts: Path) -> Any:
    """Signs an account in and opens a page."""
    pages: list[Page] = []

    def open_page(username: str, path: str, phone: bool = False) -> Page:
        size = {"width": 390, "height": 844} if phone else {"width": 1440, "height": 900}
        page = browser.new_context(viewport=size, locale="zh-CN").new_page()  # type: ignore[arg-type]
        page.goto(demo.url)
        page.get_by_test_id("sign-in-username").fill(username)
        page.get_by_test_id("sign-in-password").fill(PASSWORD)
        page.get_by_test_id("sign-in-submit").click()
        expect(page.get_by_test_id("sign-in-submit")).to_have_count(0)
        page.goto(demo.url + path)
        pages.append(page)
        return page

    yield open_page
    for number, page in enumerate(pages):
        page.screenshot(path=artifacts / f"kindergarten-{number}.png")
        page.context.close()


def test_flags_fire_and_a_hold_of_the_works_part_is_recommended(
    demo: Demo, claim: dict[str, Any]
) -> None:
    assert set(claim["flags"]) == RULES, pretty(claim["findings"])
    assert claim["amount"] == "2900000.00"
    assert claim["wage_amount"] == "580000.00"
    assert claim["hold"]["state"] == "recommended"
    assert claim["hold"]["amount"] == "2320000.00"
    assert claim["hold"]["wage_excluded"] == "580000.00"
    numbers = {
        finding["rule"]: [number["value"] for number in finding["numbers"]]
        for finding in claim["findings"]
    }
    assert all(numbers.values()), pretty(numbers)
    with demo.client("finance") as client:
        paid = demo.wait_for(
            "wage payment",
            lambda: client.get(f"/claims/{claim['id']}").json()["wage_paid"] == "580000.00",
            60,
        )
        assert paid


def test_each_step_is_done_by_its_role_and_by_no_other(
    demo: Demo, claim: dict[str, Any], visit: Any
) -> None:
    path = f"/claims/{claim['id']}"

    department = visit("department", path)
    expect(department.get_by_text("2,320,000.00").first).to_be_visible()
    for action in ("claim-opinion", "claim-decide", "audit-open", "claim-release"):
        expect(department.get_by_test_id(action)).to_have_count(0)
    with demo.client("department") as client:
        body = {"decision": "release", "amount": "0.00", "basis": "CONTRACT_CLAUSE"}
        refused = client.post(f"{path}/decision", json={**body, "reason": "请尽快放款"})
        assert refused.status_code == 403
        assert refused.json()["remedy"]

    supervisor = visit("supervisor", path)
    supervisor.get_by_test_id("claim-opinion").click()
    submit(supervisor, reason="进度与影像不符，建议暂缓拨付工程款并开展审计。")
    expect(supervisor.get_by_test_id("claim-opinion")).to_have_count(0)

    finance = visit("finance", path)
    finance.get_by_test_id("claim-decide").click()
    submit(finance, reason="超进度付款，依据预算法实施条例第五十七条暂缓拨付。")
    expect(finance.get_by_test_id("claim-decide")).to_have_count(0)

    auditor = visit("auditor", path)
    auditor.get_by_test_id("audit-open").click()
    submit(auditor, reason="核查主体封顶节点的真实完成量。")
    auditor.get_by_test_id("audit-conclude").click()
    auditor.get_by_test_id("audit-payable").fill("215000.00")
    submit(auditor, reason="按核定完成量的百分之九十七，扣除已付工程款与本次工资。")
    expect(auditor.get_by_test_id("audit-conclude")).to_have_count(0)

    finance.reload()
    finance.get_by_test_id("claim-release").click()
    submit(finance, reason="按审计结论解除无争议部分。")
    finance.get_by_test_id("pay-works").click()
    submit(finance)
    expect(finance.get_by_test_id("pay-works")).to_have_count(0)

    with demo.client("finance") as client:
        settled = client.get(path.removeprefix("/")).json()
        assert settled["works_paid"] == "215000.00", pretty(settled)
        assert settled["hold"]["reduced"] == "2105000.00", pretty(settled["hold"])
        assert client.get("/overview").json()["avoided_loss"] == "2105000.00"

    overview = visit("supervisor", "/")
    expect(overview.get_by_test_id("avoided-loss")).to_contain_text("2,105,000.00")


def submit(page: Page, reason: str | None = None) -> None:
    """Fills the reason of the open action form, sends it and confirms the amount."""
    if reason is not None:
        page.get_by_test_id("action-reason").fill(reason)
    page.get_by_test_id("action-submit").click()
    confirm = page.get_by_test_id("action-confirm")
    confirm.click()
    expect(confirm).to_have_count(0)
