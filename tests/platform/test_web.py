"""The web app's files, health, metrics and headers."""

from sqlalchemy import Engine

from siteward_platform.database.session import open_database
from tests.platform.desk import Desk, serving


def test_deep_links_get_the_app_and_unknown_api_paths_a_failure(sqlite_desk: Desk) -> None:
    (sqlite_desk.web / "assets").mkdir()
    (sqlite_desk.web / "index.html").write_text("<title>app</title>", encoding="utf-8")
    (sqlite_desk.web / "assets" / "a-1.js").write_text("1", encoding="utf-8")
    with serving(sqlite_desk.build()) as sqlite_desk.url, sqlite_desk.stranger() as client:
        for path in ("/", "/projects/kindergarten", "/claims/7"):
            page = client.get(path)
            assert (page.status_code, page.text) == (200, "<title>app</title>")
            assert page.headers["cache-control"] == "no-cache"
            assert "default-src 'self'" in page.headers["content-security-policy"]
        asset = client.get("/assets/a-1.js")
        assert "immutable" in asset.headers["cache-control"]
        assert client.get("/assets/b.js").status_code == 404
        for path in ("/api/v1/nothing", "/api/nothing"):
            unknown = client.get(path)
            assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")


def test_a_web_app_that_is_not_built_says_how_to_build_it(sqlite_desk: Desk) -> None:
    with sqlite_desk.stranger() as client:
        page = client.get("/")
        assert page.status_code == 503
        assert "make web" in page.text
        assert client.get("/api/v1/nothing").json()["code"] == "not_found"


def test_readiness_names_the_part_that_is_missing(sqlite_desk: Desk) -> None:
    with sqlite_desk.stranger() as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()) == (
            200,
            {"database": "ok", "series": "ok", "broker": "ok"},
        )


def test_an_old_database_is_not_ready(sqlite_desk: Desk) -> None:
    empty: Engine = open_database("sqlite://")
    sqlite_desk.database = empty
    with serving(sqlite_desk.build()) as sqlite_desk.url, sqlite_desk.stranger() as client:
        ready = client.get("/readyz")
    empty.dispose()
    assert ready.status_code == 503
    assert "siteward db upgrade" in ready.json()["database"]


def test_requests_are_counted_by_route_not_by_path(sqlite_desk: Desk) -> None:
    client = sqlite_desk.person("supervisor")
    client.get("/api/v1/claims/41")
    client.get("/api/v1/claims/42")
    text = client.get("/metrics").text
    wanted = (
        'siteward_api_request_seconds_count{method="GET",route="/claims/{claim}",status="404"} 2.0'
    )
    assert wanted in text
