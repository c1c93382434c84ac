"""The supervision desk in a browser: triage, hazards, the wall's keys, alarms, the overview."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocketRoute, expect

import siteward_platform
from siteward_platform.database import migrate
from siteward_platform.database.models import AlertRecord
from siteward_platform.database.session import open_database, writing
from tests.platform import kindergarten as k
from tests.platform.desk import PASSWORD, Desk, desk_on, ok

pytestmark = [pytest.mark.e2e, pytest.mark.system, pytest.mark.timeout(180)]

WEB = Path(siteward_platform.__file__).with_name("web")
DESKTOP, PHONE, NARROW = (1440, 900), (390, 844), (360, 740)
NOTE = "现场已经看过，情况属实。"
Visit = Callable[..., Page]

RECORD_NOTICES = """
window.notices = [];
window.Notification = class {
  static permission = "granted";
  static requestPermission() { return Promise.resolve("granted"); }
  constructor(title, options) { window.notices.push([title, options.body]); }
};
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Desk]:
    """The API with the built web app, a project, and a second one elsewhere."""
    if not (WEB / "index.html").exists():
        pytest.fail("the web app is not built; 'make setup' builds it")
    (tmp_path / "web").symlink_to(WEB)
    database = open_database(f"sqlite:///{tmp_path / 'siteward.db'}")
    migrate.upgrade(database)
    with desk_on(database, tmp_path) as desk:
        desk.now = datetime.now(UTC)
        admin = desk.person("admin")
        for project, latitude in ((k.PROJECT, 30.27), ("road", 30.2)):
            setup = {**k.SETUP, "latitude": latitude}
            ok(admin.put(f"/api/v1/projects/{project}", json=setup))
        yield desk
    database.dispose()


@pytest.fixture
def visit(office: Desk, browser: Browser, artifacts: Path) -> Iterator[Visit]:
    """Signs somebody in and opens a page."""
    contexts: list[BrowserContext] = []

    def open_page(
        role: str,
        path: str,
        size: tuple[int, int] = DESKTOP,
        before: Callable[[Page], None] | None = None,
    ) -> Page:
        office.person(role)
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="zh-CN"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        if before:
            before(page)
        page.goto(office.url)
        page.get_by_test_id("sign-in-username").fill(role.replace("_", "-"))
        page.get_by_test_id("sign-in-password").fill(PASSWORD)
        page.get_by_test_id("sign-in-submit").click()
        page.get_by_test_id("account").wait_for()
        page.goto(office.url + path)
        return page

    yield open_page
    for number, context in enumerate(contexts):
        context.pages[0].screenshot(path=artifacts / f"desk-{number}.png")
        context.close()


def fire(desk: Desk, count: int, **changes: object) -> list[int]:
    """Alerts of one camera that fire now."""
    fields: dict[str, object] = {
        "project_id": k.PROJECT, "rule": "SR-INTRUSION", "kind": "intrusion",
        "title": {"zh": "闯入危险区", "en": "Intrusion"}, "severity": "serious", "state": "firing",
        "summary": {"zh": "有人闯入", "en": "Somebody is there"}, "device": "cam-1",
    }  # fmt: skip
    with writing(desk.database) as session:
        rows = [
            AlertRecord(
                **fields
                | {"incident": f"i{n}", "started_at": desk.now - timedelta(minutes=n)}
                | changes
            )
            for n in range(count)
        ]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def untaken(desk: Desk) -> int:
    page = ok(desk.person("auditor").get("/api/v1/alerts", params={"untaken": True}))
    return int(page["total"])


def no_sideways_scrolling(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_many_alerts_are_taken_at_once_and_given_back(office: Desk, visit: Visit) -> None:
    fire(office, 3)
    page = visit("inspector", "/alerts")
    page.get_by_text("选择全部已显示").click()
    page.get_by_test_id("bulk-acknowledge").click()
    page.get_by_test_id("bulk-undo").wait_for()
    assert untaken(office) == 0
    page.get_by_test_id("bulk-undo").click()
    expect(page.get_by_text("已撤销 3 条确认")).to_be_visible()
    assert untaken(office) == 3


def test_an_alert_is_taken_by_keys_alone(office: Desk, visit: Visit) -> None:
    fire(office, 3)
    page = visit("inspector", "/alerts")
    page.locator(".alert-row").first.wait_for()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.get_by_test_id("bulk-undo").wait_for()
    assert untaken(office) == 2
    page.keyboard.press("?")
    expect(page.get_by_test_id("key-help")).to_be_visible()


def test_alike_alerts_are_folded_and_one_is_given_to_me(office: Desk, visit: Visit) -> None:
    fire(office, 3)
    page = visit("supervisor", "/alerts", PHONE)
    page.get_by_test_id("alerts-grouped").check()
    expect(page.locator(".alert-row")).to_have_count(1)
    page.locator(".alert-row").click()
    page.get_by_test_id("alert-take").click()
    expect(page.get_by_text("已指派给")).to_be_visible()
    mine = ok(office.person("supervisor").get("/api/v1/alerts", params={"mine": True}))
    assert mine["total"] == 1
    no_sideways_scrolling(page)


def test_a_silence_is_made_from_an_alert(office: Desk, visit: Visit) -> None:
    (number,) = fire(office, 1)
    page = visit("supervisor", f"/alerts?open={number}")
    page.get_by_test_id("alert-silence").click()
    page.get_by_test_id("silence-reason").fill("吊装演练，现场有人值守")
    page.get_by_test_id("silence-submit").click()
    expect(page.get_by_text("静默至")).to_be_visible()
    (silence,) = ok(office.person("supervisor").get("/api/v1/silences"))
    fields = {m["field"]: m["pattern"] for m in silence["matchers"]}
    assert fields == {"project": k.PROJECT, "rule": "SR-INTRUSION", "device": "cam-1"}


def test_an_alert_becomes_a_hazard_with_an_order_to_print(office: Desk, visit: Visit) -> None:
    (number,) = fire(office, 1)
    page = visit("inspector", f"/alerts?open={number}")
    page.get_by_text("登记为隐患").click()
    page.get_by_test_id("hazard-submit").click()
    page.get_by_test_id("hazard-case").wait_for()
    page.get_by_test_id("step-order").click()
    page.get_by_test_id("field-addressee").fill("华建工程有限公司")
    page.get_by_test_id("field-requirements").fill("立即恢复临边防护并报送照片")
    page.get_by_test_id("submit-order").click()
    link = page.get_by_role("link", name="打开打印件")
    expect(link).to_be_visible()
    printed = page.request.get(office.url + str(link.get_attribute("href")))
    assert printed.ok
    assert "隐患整改通知单" in printed.text()
    (hazard,) = ok(office.person("supervisor").get("/api/v1/hazards"))
    assert (hazard["state"], hazard["clock"]["name"]) == ("notified", "control")


def test_what_the_server_refuses_of_a_step_is_shown_at_its_field(
    office: Desk, visit: Visit
) -> None:
    found = {
        "kind": "unguarded_edge", "severity": "suspected_major", "description": "临边无防护",
        "found_on": office.now.date().isoformat(),
    }  # fmt: skip
    path = f"/api/v1/projects/{k.PROJECT}/hazards"
    hazard = ok(office.person("chief_supervisor").post(path, json=found))
    page = visit("chief_supervisor", f"/hazards?open={hazard['id']}", NARROW)
    page.get_by_test_id("step-order").click()
    page.get_by_test_id("field-addressee").fill("华建工程有限公司")
    page.get_by_test_id("field-requirements").fill("立即恢复临边防护")
    page.get_by_test_id("field-due").fill("2020-01-01")
    page.get_by_test_id("submit-order").click()
    expect(page.locator(".ant-message-error")).to_be_visible()
    assert ok(office.person("auditor").get(f"/api/v1/hazards/{hazard['id']}"))["orders"] == []
    no_sideways_scrolling(page)


def test_the_wall_is_driven_by_keys(office: Desk, visit: Visit) -> None:
    page = visit("supervisor", "/live")
    page.locator(".tile-chosen").wait_for()
    page.keyboard.press("2")
    expect(page.get_by_test_id("wall-grid")).to_have_class("wall-grid wall-2")
    page.keyboard.press("f")
    expect(page.locator(".head")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.get_by_text("这台摄像机还没有取证图片")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".head")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_test_id("key-help")).to_be_visible()


def test_grave_alerts_notify_only_who_asked(office: Desk, visit: Visit) -> None:
    first, second = fire(office, 2)
    sockets: list[WebSocketRoute] = []

    def prepare(page: Page) -> None:
        page.add_init_script(RECORD_NOTICES)
        page.route_web_socket("**/api/v1/live", lambda socket: sockets.append(socket))

    page = visit("supervisor", "/alerts", before=prepare)
    page.locator(".alert-row").first.wait_for()

    def announce(number: int) -> None:
        event = {
            "event": "alert", "project": k.PROJECT, "id": number, "state": "firing",
            "ts": office.now.isoformat(),
        }  # fmt: skip
        sockets[-1].send(json.dumps(event))

    announce(first)
    expect(page.get_by_text("新预警").first).to_be_visible()
    assert page.evaluate("notices") == []

    page.get_by_test_id("alarm-settings").click()
    page.get_by_test_id("alarm-desktop").click()
    announce(second)
    expect(page.get_by_text("新预警")).to_have_count(2)
    ((title, text),) = page.evaluate("notices")
    assert "闯入危险区" in title
    assert "晨曦幼儿园" in text


def test_the_overview_says_what_needs_me_and_where(office: Desk, visit: Visit) -> None:
    (number,) = fire(office, 1)
    page = visit("supervisor", "/")
    agenda = page.get_by_test_id("agenda")
    expect(agenda.get_by_text("闯入危险区")).to_be_visible()
    expect(page.get_by_test_id("plan").locator(".plan-site")).to_have_count(2)
    agenda.get_by_text("闯入危险区").click()
    expect(page).to_have_url(f"{office.url}/alerts?open={number}")

    phone = visit("supervisor", "/", NARROW)
    phone.get_by_test_id("plan").wait_for()
    no_sideways_scrolling(phone)
