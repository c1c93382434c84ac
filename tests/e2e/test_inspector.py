"""The inspector's phone: without a line, with a broken one, and beside a second phone."""

import hashlib
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Geolocation, Page, ViewportSize, expect

from siteward_ingest.open_store import open_store
from siteward_platform.api.main import WEB
from siteward_platform.database import migrate
from siteward_platform.database.models import AlertRecord, Upload
from siteward_platform.database.session import open_database, reading, writing
from tests.e2e.conftest import CHROMIUM
from tests.e2e.weak_line import weak_line
from tests.platform import kindergarten as k
from tests.platform.desk import PASSWORD, Desk, Silence, ok, serving

pytestmark = pytest.mark.system

PHONE: ViewportSize = {"width": 360, "height": 740}
ON_SITE: Geolocation = {"latitude": 30.2771, "longitude": 120.1552, "accuracy": 9}
FAKE_CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Desk]:
    """The real API with the built web app, and the kindergarten set up."""
    if not (WEB / "phone-worker.js").is_file():
        pytest.fail("the web app is not built: run 'make web'")
    database = open_database(f"sqlite:///{tmp_path / 'siteward.db'}")
    migrate.upgrade(database)
    series = open_store(f"sqlite:///{tmp_path / 'series.db'}")
    desk = Desk(database, series, tmp_path, Silence())
    desk.web = WEB
    desk.app = desk.build()
    with serving(desk.app) as desk.url:
        ok(desk.person("admin").put(f"/api/v1/projects/{k.PROJECT}", json=k.SETUP))
        for role in ("inspector", "supervisor", "department"):
            desk.person(role)
        yield desk
        desk.sign_all_off()
    series.close()
    database.dispose()


@pytest.fixture(scope="module")
def chromium(browser: Browser) -> Iterator[Browser]:
    """A browser with a camera that films a test card."""
    launched = browser.browser_type.launch(
        executable_path="/usr/bin/chromium", args=[*CHROMIUM, *FAKE_CAMERA]
    )
    yield launched
    launched.close()


@pytest.fixture
def phone(chromium: Browser, site: Desk) -> Iterator[Callable[..., Page]]:
    """Makes phones: somebody signed in, at a path, once the pages are kept on the phone."""
    contexts = []

    def make(role: str, url: str = "", path: str = "/inspection") -> Page:
        context = chromium.new_context(
            base_url=url or site.url,
            viewport=PHONE,
            has_touch=True,
            is_mobile=True,
            locale="zh-CN",
            geolocation=ON_SITE,
            permissions=["geolocation", "camera"],
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto("/sign-in")
        page.get_by_test_id("sign-in-username").fill(role)
        page.get_by_test_id("sign-in-password").fill(PASSWORD)
        page.get_by_test_id("sign-in-submit").click()
        page.get_by_test_id("account").wait_for()
        page.goto(path)
        page.locator(".field-tabs").wait_for()
        page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        page.wait_for_function("navigator.serviceWorker.controller !== null")
        return page

    yield make
    for context in contexts:
        context.close()


def alert_on(site: Desk) -> int:
    with writing(site.database) as session:
        alert = AlertRecord(
            project_id=k.PROJECT,
            incident="no_helmet/cam-1",
            rule="no_helmet",
            kind="no_helmet",
            title={"zh": "未戴安全帽", "en": "No helmet"},
            severity="serious",
            state="firing",
            device="cam-1",
            started_at=site.now,
            summary={"zh": "一人未戴安全帽", "en": "One person without a helmet"},
        )
        session.add(alert)
        session.flush()
        return alert.id


def verdict_of(site: Desk, alert: int) -> str | None:
    verdict: str | None = ok(site.person("inspector").get(f"/api/v1/alerts/{alert}"))["verdict"]
    return verdict


def acts_of(site: Desk) -> list[dict[str, Any]]:
    acts: list[dict[str, Any]] = ok(
        site.person("inspector").get(f"/api/v1/projects/{k.PROJECT}/field-acts")
    )
    return acts


def jpeg(size: int) -> bytes:
    """Bytes a camera could have made, as far as anybody but a viewer can tell."""
    return b"\xff\xd8\xff\xe0" + random.Random(7).randbytes(size - 4)


def choose(page: Page, picture: bytes) -> None:
    file: Any = {"name": "site.jpg", "mimeType": "image/jpeg", "buffer": picture}
    page.get_by_test_id("choose-photo").set_input_files(file)
    page.get_by_role("img", name="照片 1").wait_for()


def judge(page: Page, alert: int, verdict: str, picture: bytes | None = None) -> None:
    """Opens an alert within the app, as without a line one must, and judges it."""
    page.locator(f"a[href='/inspection/alerts/{alert}']").click()
    page.get_by_role("radio", name=verdict, exact=True).check()
    if verdict == "误报":
        page.get_by_role("button", name="是反光或阴影").click()
    if picture:
        choose(page, picture)
    page.get_by_test_id("submit").click()


def no_sideways_scrolling(page: Page) -> bool:
    wide: bool = page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    return wide


@contextmanager
def without_a_line(page: Page) -> Iterator[None]:
    page.context.set_offline(True)
    yield
    page.context.set_offline(False)


def test_a_confirmation_made_without_a_line_survives_a_reload_and_is_sent_once(
    site: Desk, phone: Callable[..., Page], artifacts: Path
) -> None:
    alert, picture = alert_on(site), jpeg(300_000)
    page = phone("inspector")
    expect(page.get_by_test_id("alert")).to_contain_text("未戴安全帽")
    page.screenshot(path=artifacts / "phone-today.png")
    with without_a_line(page):
        page.reload()
        expect(page.get_by_test_id("standing")).to_contain_text("无网络")
        judge(page, alert, "属实", picture)
        expect(page.get_by_test_id("entry-waiting")).to_contain_text("未戴安全帽")
        page.reload()
        expect(page.get_by_test_id("entry-waiting")).to_contain_text("照片 0/1")
        expect(page.get_by_test_id("waiting")).to_have_text("1")
        page.screenshot(path=artifacts / "phone-waiting.png")
        assert verdict_of(site, alert) is None
    expect(page.get_by_test_id("entry-sent")).to_contain_text("照片 1/1")
    assert no_sideways_scrolling(page)
    assert verdict_of(site, alert) == "confirmed"
    (act,) = acts_of(site)
    assert act["photos"] == [hashlib.sha256(picture).hexdigest()]
    stored = site.evidence.path(act["photos"][0])
    assert stored is not None
    assert stored.read_bytes() == picture


def test_two_phones_the_second_sees_what_the_first_judged_and_overwrites_nothing(
    site: Desk, phone: Callable[..., Page], artifacts: Path
) -> None:
    alert = alert_on(site)
    first, second = phone("inspector"), phone("supervisor")
    with without_a_line(first):
        judge(first, alert, "属实")
        first.get_by_test_id("entry-waiting").wait_for()
        judge(second, alert, "误报")
        second.get_by_test_id("entry-sent").wait_for()
    conflict = first.get_by_test_id("entry-conflict")
    expect(conflict.get_by_test_id("present")).to_contain_text("Supervisor（街道） 判定为“误报”")
    first.screenshot(path=artifacts / "phone-conflict.png")
    assert verdict_of(site, alert) == "false_alarm"
    conflict.get_by_role("button", name="看过现状，仍提交我的").click()
    first.get_by_test_id("entry-sent").wait_for()
    assert verdict_of(site, alert) == "confirmed"
    assert len(acts_of(site)) == 2


def test_an_upload_cut_in_the_middle_goes_on_from_there(
    site: Desk, phone: Callable[..., Page]
) -> None:
    alert, picture = alert_on(site), jpeg(1_600_000)
    with weak_line(urlsplit(site.url).port or 0) as line:
        page = phone("inspector", f"http://127.0.0.1:{line.port}")
        line.cut_after(900_000)
        judge(page, alert, "属实", picture)
        waiting = page.get_by_test_id("entry-waiting")
        expect(waiting).to_contain_text("没有连上服务器")
        expect(waiting).to_contain_text("照片 0/1")
        with reading(site.database) as session:
            upload = session.query(Upload).one()
            arrived = upload.received
            assert upload.stored_at is None
        assert 0 < arrived < len(picture)
        assert verdict_of(site, alert) is None
        line.mend()
        page.get_by_role("button", name="立即发送").click()
        expect(page.get_by_test_id("entry-sent")).to_contain_text("照片 1/1")
        assert line.sent < len(picture) - arrived + 200_000
    with reading(site.database) as session:
        assert session.query(Upload).one().stored_at is not None
    assert acts_of(site)[0]["photos"] == [hashlib.sha256(picture).hexdigest()]


def test_a_visit_with_checklist_camera_and_signature_is_reported(
    site: Desk, phone: Callable[..., Page], artifacts: Path
) -> None:
    body = {"planned_on": "2026-06-15", "purpose": "用电专项检查", "checklist": "EL"}
    ok(site.person("supervisor").post(f"/api/v1/projects/{k.PROJECT}/visits", json=body))
    page = phone("inspector")
    page.get_by_test_id("visit").get_by_role("link", name="开始巡查").click()
    items = page.locator(".field-items > li")
    expect(items).to_have_count(5)
    items.first.get_by_role("radio", name="不合格").check()
    items.first.locator("textarea").fill("总箱漏保失效")
    page.get_by_role("button", name="其余全部合格").click()
    page.get_by_role("button", name="拍照").last.click()
    page.get_by_test_id("shutter").click()
    page.get_by_role("button", name="关闭相机").click()
    expect(page.get_by_text("现场拍摄")).to_be_visible()
    sign(page)
    assert no_sideways_scrolling(page)
    page.screenshot(path=artifacts / "phone-visit.png", full_page=True)
    page.get_by_test_id("submit").click()
    page.get_by_test_id("entry-sent").wait_for()
    (act,) = acts_of(site)
    assert act["body"]["answers"][0]["note"] == "总箱漏保失效"
    assert len(act["body"]["signature"]["strokes"][0]) > 3
    with reading(site.database) as session:
        upload = session.query(Upload).one()
    assert (upload.source, upload.latitude) == ("camera", ON_SITE["latitude"])
    page.get_by_role("link", name="今日").click()
    expect(page.get_by_test_id("visit")).to_contain_text("Inspector（街道） 已完成")


def test_the_department_asks_for_acceptance_from_the_site(
    site: Desk, phone: Callable[..., Page], artifacts: Path
) -> None:
    page = phone("department", path="/inspection/acceptance")
    page.get_by_test_id("milestone").first.click()
    expect(page.get_by_test_id("submit")).to_be_disabled()
    choose(page, jpeg(50_000))
    sign(page)
    page.screenshot(path=artifacts / "phone-acceptance.png", full_page=True)
    page.get_by_test_id("submit").click()
    page.get_by_test_id("entry-sent").wait_for()
    detail = ok(site.person("supervisor").get(f"/api/v1/projects/{k.PROJECT}"))
    assert [m["status"] for m in detail["milestones"]].count("claimed") == 1


def test_the_next_person_on_a_phone_sends_nothing_of_the_last_one(
    site: Desk, phone: Callable[..., Page]
) -> None:
    alert = alert_on(site)
    page = phone("inspector")
    with without_a_line(page):
        judge(page, alert, "属实")
        page.get_by_test_id("entry-waiting").wait_for()
        page.context.clear_cookies()
    page.get_by_role("link", name="去登录").first.click()
    page.get_by_test_id("sign-in-username").fill("supervisor")
    page.get_by_test_id("sign-in-password").fill(PASSWORD)
    page.get_by_test_id("sign-in-submit").click()
    expect(page.get_by_test_id("standing")).to_contain_text("另有 1 项他人未发送的操作")
    assert verdict_of(site, alert) is None


def sign(page: Page) -> None:
    pad = page.get_by_test_id("signature")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(box["x"] + 40 + 25 * step, box["y"] + 60 + (step % 3) * 15)
    page.mouse.up()
