"""Signing in: cookies, throttling, CSRF."""

from datetime import timedelta

import httpx
from sqlalchemy import Engine, select

from siteward_platform.accounts import create_first_admin
from siteward_platform.database.models import Account, SignedIn
from siteward_platform.database.session import reading
from tests.platform.desk import NOW, PASSWORD, Desk, ok


def sign_in(client: httpx.Client, name: str, password: str) -> httpx.Response:
    return client.post("/api/v1/session", json={"username": name, "password": password})


def test_the_cookie_is_closed_to_scripts_and_other_sites(sqlite_desk: Desk) -> None:
    sqlite_desk.make_account("finance", "li")
    with sqlite_desk.stranger() as client:
        answer = sign_in(client, "li", PASSWORD)
        assert answer.json() == {"username": "li", "display_name": "Li（街道）", "role": "finance"}
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        token = client.cookies["siteward_session"]
    with reading(sqlite_desk.database) as session:
        assert token not in session.scalars(select(SignedIn.token_hash)).all()


def test_signing_out_ends_the_session_for_good(sqlite_desk: Desk) -> None:
    client = sqlite_desk.person("finance")
    token = client.cookies["siteward_session"]
    assert client.delete("/api/v1/session").status_code == 204
    client.cookies.set("siteward_session", token)
    assert client.get("/api/v1/session").status_code == 401


def test_a_session_runs_out(sqlite_desk: Desk) -> None:
    client = sqlite_desk.person("finance")
    sqlite_desk.now = NOW + timedelta(hours=13)
    assert client.get("/api/v1/session").status_code == 401


def test_an_unknown_name_and_a_wrong_password_look_alike(sqlite_desk: Desk) -> None:
    sqlite_desk.make_account("finance", "li")
    with sqlite_desk.stranger() as client:
        wrong, unknown = sign_in(client, "li", "wrong"), sign_in(client, "nobody", "wrong")
    assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())
    assert wrong.status_code == 401


def test_after_five_wrong_passwords_the_right_one_must_wait(sqlite_desk: Desk) -> None:
    sqlite_desk.make_account("finance", "li")
    with sqlite_desk.stranger() as client:
        for _ in range(5):
            assert sign_in(client, "li", "wrong").status_code == 401
        refused = sign_in(client, "li", PASSWORD)
        assert (refused.status_code, refused.json()["code"]) == (429, "sign_in_throttled")
        assert "秒后" in refused.json()["remedy"]
        sqlite_desk.now = NOW + timedelta(seconds=31)
        assert sign_in(client, "li", PASSWORD).status_code == 200


def test_a_change_without_our_header_is_refused(sqlite_desk: Desk) -> None:
    client = sqlite_desk.person("finance")
    del client.headers["X-Requested-With"]
    answer = client.delete("/api/v1/session")
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_header_missing")
    assert "X-Requested-With" in answer.json()["remedy"]
    assert client.get("/api/v1/session").status_code == 200


def test_an_account_made_by_admin_signs_in(sqlite_desk: Desk) -> None:
    body = {"username": "wang", "display_name": "王", "role": "auditor", "password": PASSWORD}
    admin = sqlite_desk.person("admin")
    ok(admin.post("/api/v1/accounts", json=body))
    taken = admin.post("/api/v1/accounts", json=body)
    assert (taken.status_code, taken.json()["code"]) == (409, "username_taken")
    with sqlite_desk.stranger() as client:
        assert sign_in(client, "wang", PASSWORD).json()["role"] == "auditor"
    with reading(sqlite_desk.database) as session:
        assert session.get_one(Account, "wang").password_hash.startswith("$argon2id$")


def test_the_first_admin_is_made_only_in_an_empty_database(sqlite_database: Engine) -> None:
    assert create_first_admin(sqlite_database, PASSWORD, NOW)
    assert not create_first_admin(sqlite_database, "another one", NOW)
