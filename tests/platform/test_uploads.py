"""Pictures from phones: over lines that break, from two phones, and never counted too early."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from siteward_platform.api.routes.uploads import LARGEST_PIECE
from tests.platform import kindergarten as k
from tests.platform.desk import Desk, ok

PICTURE = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40


@pytest.fixture
def site(sqlite_desk: Desk) -> Iterator[Desk]:
    """The kindergarten, set up."""
    ok(sqlite_desk.person("admin").put(f"/api/v1/projects/{k.PROJECT}", json=k.SETUP))
    yield sqlite_desk


def announce(client: httpx.Client, picture: bytes = PICTURE, **changes: Any) -> dict[str, Any]:
    body = {
        "id": str(uuid4()),
        "project": k.PROJECT,
        "sha256": hashlib.sha256(picture).hexdigest(),
        "size": len(picture),
        "source": "camera",
        "taken_at": "2026-06-15T09:58:00+08:00",
        "place": {"latitude": 30.1, "longitude": 120.2, "accuracy": 8.5},
        "heading": 271.5,
    }
    answer: dict[str, Any] = ok(client.post("/api/v1/uploads", json=body | changes))
    return answer


def send(client: httpx.Client, upload: str, offset: int, piece: bytes) -> httpx.Response:
    headers = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
    return client.patch(f"/api/v1/uploads/{upload}", content=piece, headers=headers)


def send_all(client: httpx.Client, picture: bytes = PICTURE, **changes: Any) -> str:
    """Sends a whole picture; returns its hash."""
    upload = announce(client, picture, **changes)
    assert ok(send(client, upload["id"], 0, picture))["state"] == "stored"
    sha256: str = upload["sha256"]
    return sha256


def test_a_picture_in_three_pieces_is_stored_when_its_hash_is_known_here(site: Desk) -> None:
    phone = site.person("inspector")
    upload = announce(phone)
    assert (upload["offset"], upload["state"]) == (0, "open")
    for start in (0, 4000, 8000):
        answer = ok(send(phone, upload["id"], start, PICTURE[start : start + 4000]))
        whole = start == 8000
        assert answer["state"] == ("stored" if whole else "open")
        assert (site.evidence.path(upload["sha256"]) is not None) == whole
    shown = phone.get(f"/api/v1/evidence/{upload['sha256']}")
    assert shown.content == PICTURE
    statement = ok(phone.get(f"/api/v1/evidence/{upload['sha256']}/statement"))
    assert (statement["device"], statement["purpose"]) == ("phone", "inspection")
    assert list((site.folder / "arriving").iterdir()) == []


def test_a_broken_upload_goes_on_where_it_stopped_however_often_it_is_announced(
    site: Desk,
) -> None:
    phone = site.person("inspector")
    upload = announce(phone)
    ok(send(phone, upload["id"], 0, PICTURE[:5000]))
    again = announce(phone, id=upload["id"])
    assert again["offset"] == 5000
    assert ok(phone.get(f"/api/v1/uploads/{upload['id']}"))["offset"] == 5000
    assert ok(send(phone, upload["id"], 5000, PICTURE[5000:]))["state"] == "stored"


def test_a_piece_sent_twice_is_told_where_to_go_on_and_does_no_harm(site: Desk) -> None:
    phone = site.person("inspector")
    upload = announce(phone)
    ok(send(phone, upload["id"], 0, PICTURE[:5000]))
    answer = send(phone, upload["id"], 0, PICTURE[:5000])
    assert answer.status_code == 409
    assert answer.json()["code"] == "wrong_offset"
    assert answer.json()["present"]["offset"] == 5000
    ok(send(phone, upload["id"], 5000, PICTURE[5000:]))
    late = send(phone, upload["id"], 5000, PICTURE[5000:])
    assert late.json()["present"]["state"] == "stored"


def test_bytes_that_were_written_but_never_counted_are_written_over(site: Desk) -> None:
    phone = site.person("inspector")
    upload = announce(phone)
    ok(send(phone, upload["id"], 0, PICTURE[:5000]))
    with (site.folder / "arriving" / f"{upload['id']}.part").open("ab") as file:
        file.write(b"from a piece whose transaction was lost" * 500)
    assert ok(send(phone, upload["id"], 5000, PICTURE[5000:]))["state"] == "stored"


def test_a_picture_that_arrived_otherwise_than_hashed_is_asked_for_again(site: Desk) -> None:
    phone = site.person("inspector")
    upload = announce(phone)
    damaged = PICTURE[:-1] + b"?"
    answer = send(phone, upload["id"], 0, damaged)
    assert (answer.status_code, answer.json()["code"]) == (422, "hash_mismatch")
    present = ok(phone.get(f"/api/v1/uploads/{upload['id']}"))
    assert (present["offset"], present["state"]) == (0, "open")
    assert site.evidence.path(upload["sha256"]) is None
    assert ok(send(phone, upload["id"], 0, PICTURE))["state"] == "stored"


def test_a_disk_that_lost_the_beginning_only_costs_sending_it_again(site: Desk) -> None:
    phone = site.person("inspector")
    upload = announce(phone)
    ok(send(phone, upload["id"], 0, PICTURE[:5000]))
    (site.folder / "arriving" / f"{upload['id']}.part").unlink()
    answer = send(phone, upload["id"], 5000, PICTURE[5000:])
    assert answer.json()["code"] == "hash_mismatch"
    assert ok(send(phone, upload["id"], 0, PICTURE))["state"] == "stored"


def test_what_is_no_jpeg_is_refused(site: Desk) -> None:
    phone = site.person("inspector")
    page = b"<html>" * 100
    upload = announce(phone, page)
    answer = send(phone, upload["id"], 0, page)
    assert (answer.status_code, answer.json()["code"]) == (422, "not_a_jpeg")


def test_a_piece_beyond_the_announced_size_or_the_largest_piece_is_refused(site: Desk) -> None:
    phone = site.person("inspector")
    upload = announce(phone)
    assert send(phone, upload["id"], 0, PICTURE + b"x").json()["code"] == "upload_too_long"
    too_much = send(phone, upload["id"], 0, b"x" * (LARGEST_PIECE + 1))
    assert too_much.json()["code"] == "piece_too_long"
    assert ok(phone.get(f"/api/v1/uploads/{upload['id']}"))["offset"] == 0


def test_a_second_person_neither_sees_nor_continues_an_upload(site: Desk) -> None:
    phone, other = site.person("inspector"), site.person("inspector", "other-inspector")
    upload = announce(phone)
    assert other.get(f"/api/v1/uploads/{upload['id']}").status_code == 404
    assert send(other, upload["id"], 0, PICTURE).status_code == 404
    taken = other.post("/api/v1/uploads", json=json.loads(announcement_of(upload)))
    assert (taken.status_code, taken.json()["code"]) == (409, "upload_id_used")


def announcement_of(upload: dict[str, Any]) -> str:
    return json.dumps(
        {
            "id": upload["id"],
            "project": k.PROJECT,
            "sha256": upload["sha256"],
            "size": upload["size"],
            "source": "file",
            "taken_at": "2026-06-15T09:58:00+08:00",
        }
    )


def test_the_same_picture_from_two_phones_is_kept_once_and_stored_for_both(site: Desk) -> None:
    first = send_all(site.person("inspector"))
    second = send_all(site.person("supervisor"))
    assert first == second


def test_where_and_how_a_picture_was_taken_is_in_the_audit_log(site: Desk) -> None:
    sha256 = send_all(site.person("inspector"))
    entries = ok(site.person("supervisor").get("/api/v1/audit-log"))
    entry = next(e for e in entries if e["action"] == "photo.store")
    assert entry["subject"] == f"evidence:{sha256}"
    assert (entry["detail"]["source"], entry["detail"]["heading"]) == ("camera", 271.5)
