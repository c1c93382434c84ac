"""Set-up as people do it: a danger zone drawn on the picture ends in an alert; keys; reports."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import PASSWORD, Demo

pytestmark = [pytest.mark.e2e, pytest.mark.system, pytest.mark.timeout(300)]

DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 780}, "has_touch": True, "is_mobile": True}
SITE, CAMERA = "kindergarten", "cam-annex"
FIRST_PICTURE = 120_000
"""Milliseconds: a demo that starts lays months of history down before its cameras run."""
CORNERS = ((0.04, 0.45), (0.96, 0.45), (0.96, 0.97), (0.04, 0.97))


@contextmanager
def signed_in(demo: Demo, browser: Browser, who: str, **screen: Any) -> Iterator[Page]:
    """A page of somebody signed in; what the page itself reports as broken fails the test."""
    context = browser.new_context(base_url=demo.url, accept_downloads=True, **screen)
    broken: list[str] = []
    try:
        answer = context.request.post(
            "/api/v1/session",
            data={"username": who, "password": PASSWORD},
            headers={"X-Requested-With": "siteward"},
        )
        assert answer.ok, answer.text()
        page = context.new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        yield page
        assert broken == []
    finally:
        context.close()


def at(board: Locator, x: float, y: float) -> tuple[float, float]:
    """Where a fraction of the picture is on the screen."""
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def test_a_danger_zone_drawn_with_the_mouse_is_taken_by_the_agent(
    demo: Demo, browser: Browser, artifacts: Path
) -> None:
    with signed_in(demo, browser, "supervisor", **DESKTOP) as page:
        page.goto(f"/setup?project={SITE}", wait_until="commit")
        page.get_by_test_id(f"set-up-{CAMERA}").click()
        board = page.get_by_test_id("board")
        expect(page.locator(".backdrop img")).to_be_visible(timeout=FIRST_PICTURE)
        page.get_by_test_id("add-danger").click()
        for x, y in CORNERS:
            page.mouse.click(*at(board, x, y))
        page.get_by_test_id("finish").click()
        corner = at(board, *CORNERS[1])
        page.mouse.move(*corner)
        page.mouse.down()
        page.mouse.move(corner[0] - 30, corner[1] + 20, steps=4)
        page.mouse.up()
        page.get_by_test_id("undo").click()
        page.get_by_test_id("shape-danger-1").click()
        expect(page.get_by_test_id("corner-3")).to_be_visible()
        page.get_by_test_id("send-settings").click()
        outcome = page.get_by_test_id("outcome")
        expect(outcome).to_have_attribute("data-state", "applied", timeout=30_000)
        page.screenshot(path=artifacts / "setup-desktop.png", full_page=True)

    with demo.client("supervisor") as client:
        agent = client.get(f"/projects/{SITE}/cameras/{CAMERA}").json()["agent"]
        path = f"/projects/{SITE}/agents/{agent}/cameras/{CAMERA}/settings"
        (sent,) = client.get(path).json()["in_force"]["danger_zones"]
        assert sent["polygon"] == [pytest.approx(corner, abs=0.01) for corner in CORNERS]


def test_the_agents_refusal_is_shown_with_its_reason(demo: Demo, browser: Browser) -> None:
    with signed_in(demo, browser, "supervisor", **DESKTOP) as page:
        page.goto(f"/setup/{SITE}/cam-yard", wait_until="commit")
        fields = page.locator(".editor-side fieldset").last
        fields.get_by_label("至少几帧出现").fill("9")
        fields.get_by_label("最近几帧中").fill("5")
        fields.get_by_label("最近几帧中").blur()
        page.get_by_test_id("send-settings").click()
        outcome = page.get_by_test_id("outcome")
        expect(outcome).to_have_attribute("data-state", "refused", timeout=30_000)
        expect(outcome).to_contain_text("frames 9 is more than of 5")


def test_a_zone_is_drawn_with_a_finger_on_a_phone_without_sideways_scrolling(
    demo: Demo, browser: Browser, artifacts: Path
) -> None:
    with signed_in(demo, browser, "admin", **PHONE) as page:
        page.goto("/setup/road/cam-east", wait_until="commit")
        expect(page.locator(".backdrop img")).to_be_visible(timeout=FIRST_PICTURE)
        page.get_by_test_id("add-zone").tap()
        board = page.get_by_test_id("board")
        for x, y in (*CORNERS, CORNERS[0]):
            page.touchscreen.tap(*at(board, x, y))
        form = page.get_by_test_id("shape-form")
        expect(form).to_be_visible()
        expect(page.get_by_test_id("send-settings")).to_be_disabled()
        expect(page.get_by_text("没有状态，请选择模板")).to_be_visible()
        form.get_by_label("状态模板").click()
        page.locator(".ant-select-item-option", has_text="道路").first.click()
        expect(form.locator(".shape-states li").first).to_be_visible()
        expect(page.get_by_test_id("send-settings")).to_be_enabled()
        page.screenshot(path=artifacts / "setup-phone.png", full_page=True)
        width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert width <= 0


def test_a_key_is_accepted_only_with_the_fingerprint_that_was_read_out(
    demo: Demo, browser: Browser
) -> None:
    with signed_in(demo, browser, "supervisor", **DESKTOP) as page:
        page.goto(f"/setup?project={SITE}", wait_until="commit")
        expect(page.get_by_test_id("key-accepted")).to_be_visible(timeout=20_000)
        expect(page.get_by_test_id("revoke-key")).to_have_count(0)
    with signed_in(demo, browser, "admin", **DESKTOP) as page:
        page.goto(f"/setup?project={SITE}", wait_until="commit")
        page.get_by_test_id("revoke-key").first.click()
        expect(page.get_by_test_id("decide-key")).to_be_disabled()
        page.keyboard.press("Escape")


def test_a_report_asked_for_on_the_page_is_followed_and_downloaded(
    demo: Demo, browser: Browser, artifacts: Path
) -> None:
    with signed_in(demo, browser, "supervisor", **DESKTOP) as page:
        page.goto("/reports", wait_until="commit")
        page.get_by_test_id("make-report").click()
        row = page.locator("[data-testid^=report-]").first
        expect(row).to_have_attribute("data-state", "done", timeout=60_000)
        page.screenshot(path=artifacts / "reports-desktop.png", full_page=True)
        with demo.client("supervisor") as client:
            files = {f["format"]: f for f in client.get("/reports").json()[0]["files"]}
        for form, begins in (("pdf", b"%PDF"), ("xlsx", b"PK")):
            with page.expect_download() as waiting:
                row.get_by_test_id(f"file-{form}").click()
            content = Path(waiting.value.path()).read_bytes()
            assert content.startswith(begins)
            assert hashlib.sha256(content).hexdigest() == files[form]["sha256"]
            assert waiting.value.suggested_filename.endswith(form)


def test_the_project_page_shows_plan_forecast_and_devices_over_time_on_a_phone(
    demo: Demo, browser: Browser, artifacts: Path
) -> None:
    with signed_in(demo, browser, "department", **PHONE) as page:
        page.goto(f"/projects/{SITE}", wait_until="commit")
        expect(page.get_by_test_id("forecast")).to_contain_text("BAC ÷ CPI", timeout=20_000)
        expect(page.locator("#plan canvas")).to_be_visible()
        strip = page.get_by_test_id("strip-cam-main")
        expect(strip.locator(".strip-unfit").first).to_be_attached()
        page.screenshot(path=artifacts / "rooms-phone.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
