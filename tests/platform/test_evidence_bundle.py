"""A claim's evidence in one archive proves itself on a machine that has only Python."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from siteward_cli.main import cli
from siteward_contracts.messages import EvidenceStatement
from siteward_contracts.signatures import public_key, sign
from siteward_platform.act import acting
from siteward_platform.audit.anchors import anchor_day
from siteward_platform.audit.chain import content_hash
from siteward_platform.audit.log import append
from siteward_platform.database import migrate
from siteward_platform.database.models import AgentKey, AuditAnchor, Evidence, LogEntry
from siteward_platform.database.session import open_database, reading, writing
from siteward_platform.evidence_bundle import verify
from siteward_platform.evidence_bundle.bundle import bundle
from siteward_rules.funds import FUND_RULES
from siteward_rules.money.holds import RULES
from tests.platform import kindergarten as k
from tests.platform.desk import Desk, desk_on, ok

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TAKEN = datetime(2026, 6, 15, 1, 30, tzinfo=UTC)
JPEG = b"\xff\xd8\xff" + Random(7).randbytes(2000) + b"\xff\xd9"
SHA = hashlib.sha256(JPEG).hexdigest()
Files = dict[str, bytes]


def keep_signed_picture(desk: Desk) -> None:
    said = EvidenceStatement(sha256=SHA, site=k.PROJECT, device="cam-1", ts=TAKEN)
    statement = msgspec.json.encode(said).decode()
    desk.evidence.put(SHA, JPEG)
    with writing(desk.database) as session:
        session.add(
            Evidence(
                sha256=SHA, project_id=k.PROJECT, device="cam-1", ts=TAKEN, size=len(JPEG),
                received_at=TAKEN, seal="good", statement=statement,
                signature=sign(KEY, statement), key=public_key(KEY),
            )
        )  # fmt: skip
        session.add(
            AgentKey(
                project_id=k.PROJECT, key=public_key(KEY), agent="agent", state="accepted",
                first_seen=TAKEN, accepted_by="admin", accepted_at=TAKEN,
            )
        )  # fmt: skip


def fill(desk: Desk) -> int:
    """The acceptance scenario with a signed picture, an anchor on the way, and others' entries."""
    keep_signed_picture(desk)
    claim = desk.anomalous_claim()
    desk.camera_sees("s2_formwork", 35, SHA)
    desk.evaluate(claim)
    with acting(desk.database, RULES, desk.now, desk.publish, 0) as act:
        assert anchor_day(act, None)
        append(act.session, desk.now, "li", "finance", "claim.sign", "claim:9", {"project": "road"})
    desk.act("supervisor", claim, "opinion", k.OPINION)
    desk.act("finance", claim, "decision", k.HOLD)
    return claim


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, int]]:
    """One database for all tests that only read it."""
    folder = tmp_path_factory.mktemp("filled")
    engine = open_database(f"sqlite:///{folder / 'siteward.db'}")
    migrate.upgrade(engine)
    with desk_on(engine, folder) as desk:
        yield desk, fill(desk)
    engine.dispose()


@pytest.fixture(scope="module")
def packed(filled: tuple[Desk, int]) -> bytes:
    """The bundle as the API gives it to an auditor."""
    desk, claim = filled
    answer = desk.person("auditor").get(f"/api/v1/claims/{claim}/bundle")
    assert answer.headers["content-type"] == "application/zip"
    assert "siteward-claim-1.zip" in answer.headers["content-disposition"]
    return answer.content


@pytest.fixture(scope="module")
def files(packed: bytes, tmp_path_factory: pytest.TempPathFactory) -> Files:
    """What is in it."""
    file = tmp_path_factory.mktemp("packed") / "claim.zip"
    file.write_bytes(packed)
    found, wrong = verify.from_zip(file)
    assert wrong == []
    return found


def bad(lines: list[verify.Line]) -> list[str]:
    return [text for kind, text in lines if kind == "BAD"]


def resealed(files: Files, **changes: bytes) -> Files:
    """What a forger would hand out: changed, with a manifest that fits."""
    made = {**files, **{path.replace("__", "."): content for path, content in changes.items()}}
    manifest = json.loads(made["manifest.json"])
    manifest["files"] = {
        path: verify.sha256(content)
        for path, content in made.items()
        if path not in ("manifest.json", "manifest.sha256")
    }
    made["manifest.json"] = json.dumps(manifest).encode()
    made["manifest.sha256"] = f"{verify.sha256(made['manifest.json'])}  manifest.json\n".encode()
    return made


def verified_by(python: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs the bundle's own verifier, with nothing of ours in reach."""
    return subprocess.run(
        [python, "verify.py"], cwd=folder, env={}, capture_output=True, text=True, check=False
    )


def test_a_bundle_verifies_with_a_bare_python_on_its_own(packed: bytes, tmp_path: Path) -> None:
    (tmp_path / "claim.zip").write_bytes(packed)
    with zipfile.ZipFile(tmp_path / "claim.zip") as archive:
        archive.extractall(tmp_path / "elsewhere")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    python = tmp_path / "bare" / "bin" / "python"
    no_help = subprocess.run(
        [python, "-c", "import siteward_platform"], capture_output=True, check=False
    )
    assert no_help.returncode != 0
    done = verified_by(python, tmp_path / "elsewhere")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    for words in (
        "files are those of the manifest",
        "1 pictures: verified",
        "linked without a gap",
        "siteward-anchor-2026-06-15.txt: the log leads to the head written down there",
        "the log names the facts",
        "no anchor from elsewhere was given",
    ):
        assert words in done.stdout, done.stdout
    picture = tmp_path / "elsewhere" / "pictures" / f"{SHA}.jpg"
    picture.write_bytes(JPEG[:-1] + b"\x00")
    done = verified_by(python, tmp_path / "elsewhere")
    assert done.returncode == 1
    assert f"BAD  pictures/{SHA}.jpg: it was changed" in done.stdout


def test_a_byte_flipped_anywhere_is_named(files: Files) -> None:
    rng = Random(1)
    for path, content in files.items():
        place = rng.randrange(len(content))
        flipped = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        found = bad(verify.check({**files, path: flipped}))
        named = "manifest.json" if path == "manifest.sha256" else path
        assert any(text.startswith(f"{named}: ") for text in found), (path, place, found)


def test_a_byte_flipped_in_the_archive_is_found_wherever_it_is(
    packed: bytes, tmp_path: Path
) -> None:
    rng, file = Random(2), tmp_path / "claim.zip"
    end = packed.rindex(b"PK\x05\x06")
    directory = packed.index(b"PK\x01\x02")
    places = [
        *range(34), *(rng.randrange(len(packed)) for _ in range(60)),
        *(rng.randrange(directory, len(packed)) for _ in range(60)), *range(end, len(packed)),
    ]  # fmt: skip
    for place in places:
        file.write_bytes(packed[:place] + bytes([packed[place] ^ 0x10]) + packed[place + 1 :])
        found, wrong = verify.from_zip(file)
        assert bad(wrong) or bad(verify.check(found)), place


def test_what_is_missing_or_added_is_named(files: Files) -> None:
    without = {path: content for path, content in files.items() if path != "records.json"}
    assert bad(verify.check(without)) == ["records.json: it is missing"]
    assert bad(verify.check({**files, "more.txt": b""})) == [
        "more.txt: it does not belong to the bundle"
    ]
    for path in ("manifest.json", "manifest.sha256"):
        gone = {p: content for p, content in files.items() if p != path}
        assert bad(verify.check(gone))[0] == "manifest.json or manifest.sha256 is missing"


def lines_of(files: Files) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files["log/entries.jsonl"].decode().splitlines()]


def log_of(lines: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)


def shown(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """An entry in full that another one in full follows."""
    pairs = pairwise(lines)
    return next(a for a, b in pairs if "action" in a and "action" in b and a["seq"] > 5)


def forged(line: dict[str, Any]) -> None:
    line["who"] = "wang"
    line["hash"] = verify.entry_hash(line)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: shown(lines).update(who="wang"), "was changed"),
        (lambda lines: forged(shown(lines)), "does not follow"),
        (lambda lines: lines.pop(3), "is missing"),
        (lambda lines: lines.insert(3, lines.pop(4)), "is missing"),
        (lambda lines: lines.__delitem__(slice(None)), "it is empty"),
        (lambda lines: lines.pop(), None),
        (lambda lines: forged(lines[-1]), "head-of-this-bundle.txt: the log has another entry"),
    ],
)
def test_a_log_that_was_tampered_with_under_a_fitting_manifest_is_found(
    files: Files, change: Callable[[list[dict[str, Any]]], object], said: str | None
) -> None:
    lines = lines_of(files)
    change(lines)
    found = verify.check(resealed(files, **{"log/entries__jsonl": log_of(lines)}))
    if said is None:
        assert any("is outside" in text for _, text in found)
    else:
        assert any(said in text for text in bad(found)), found


def test_entries_of_others_are_hidden_yet_linked(files: Files, filled: tuple[Desk, int]) -> None:
    lines = lines_of(files)
    assert "road" not in files["log/entries.jsonl"].decode()
    with reading(filled[0].database) as session:
        for line in lines:
            entry = session.get_one(LogEntry, line["seq"])
            if "content" in line:
                assert set(line) == {"seq", "content"}
                assert line["content"] == content_hash(entry)
                assert json.loads(entry.detail).get("project") != k.PROJECT
            else:
                assert verify.entry_hash(line) == entry.hash
    shown = {line["action"] for line in lines if "action" in line}
    assert {"project.put", "claim.file", "claim.evaluate", "hold.decide", "claim.bundle"} <= shown
    assert "session.open" not in shown
    assert any("content" in line for line in lines)


def test_an_anchor_from_elsewhere_is_held_against_the_log(
    files: Files, filled: tuple[Desk, int]
) -> None:
    with reading(filled[0].database) as session:
        anchor = session.query(AuditAnchor).one()
    held = (anchor.seq, anchor.hash, "paper")
    assert ("ok", f"paper: the log leads to the head written down there, entry {anchor.seq}") in (
        verify.check(files, [held])
    )
    wrong = (anchor.seq, "f" * 64, "paper")
    assert bad(verify.check(files, [wrong])) == [
        f"paper: the log has another entry {anchor.seq} than was written down"
    ]


def picture_proof(files: Files, **changes: Any) -> Files:
    path = f"pictures/{SHA}.json"
    proof = {**json.loads(files[path]), **changes}
    return resealed({**files, path: json.dumps(proof).encode()})


def test_a_picture_whose_signature_does_not_hold_is_found(files: Files) -> None:
    proof = json.loads(files[f"pictures/{SHA}.json"])
    other = Ed25519PrivateKey.generate()
    for changes in (
        {"statement": proof["statement"].replace("cam-1", "cam-2")},
        {"signature": sign(other, proof["statement"])},
        {"key": public_key(other)},
        {"statement": "{}", "signature": sign(KEY, "{}")},
    ):
        assert any(
            "does not hold" in text for text in bad(verify.check(picture_proof(files, **changes)))
        )
    mine = {"key": public_key(other), "signature": sign(other, proof["statement"])}
    assert any(
        "nobody accepted its key" in t for t in bad(verify.check(picture_proof(files, **mine)))
    )
    swapped = resealed({**files, f"pictures/{SHA}.jpg": b"\xff\xd8\xff"})
    assert any("another hash" in text for text in bad(verify.check(swapped)))


def test_facts_exchanged_under_a_fitting_manifest_are_found(files: Files) -> None:
    other = files["assess.jsonl"].replace(b"2900000.00", b"1900000.00")
    assert other != files["assess.jsonl"]
    found = bad(verify.check(resealed(files, assess__jsonl=other)))
    assert found == ["assess.jsonl: these are not the facts the log names"]


def test_the_rules_say_the_same_again_on_the_facts_in_the_bundle(
    files: Files, tmp_path: Path
) -> None:
    file = tmp_path / "assess.jsonl"
    file.write_bytes(files["assess.jsonl"])
    done = subprocess.run(
        [sys.executable, "-m", "siteward_cli", "rules", "assess"],
        input=files["assess.jsonl"], capture_output=True, check=True,
    )  # fmt: skip
    again = {f["rule"]: f for f in json.loads(done.stdout)["findings"]}
    kept = {f["rule"]: f for f in json.loads(files["records.json"])["findings"]}
    assert {"FR-01", "FR-02", "FR-09", "FR-19", "FR-21"} <= set(kept)
    assert set(again) == set(kept)
    for rule, finding in kept.items():
        assert again[rule]["explanation"] == finding["explanation"]
        assert again[rule]["version"] == finding["rule_version"]


def test_everything_that_was_promised_is_inside(files: Files) -> None:
    rows = json.loads(files["records.json"])
    assert rows["contracts"][0]["contract_sum"] == "8000000.00"
    assert rows["holds"][0]["amount"] == "2320000.00"
    assert rows["opinions"][0]["text"] == k.OPINION["text"]
    assert files[f"pictures/{SHA}.jpg"] == JPEG
    assert json.loads(files["keys.json"])[0]["accepted_by"] == "admin"
    versions = {rule["id"]: rule["version"] for rule in json.loads(files["rules/fund-rules.json"])}
    assert versions == {rule.id: rule.version for rule in FUND_RULES}
    assert "# FR-21" in files["rules/pages/FR-21.md"].decode()
    assert "rules/packs/safety.yaml" in files
    page = files["index.html"].decode()
    for words in ("晨曦幼儿园扩建工程", "2,900,000.00 元", "FR-21", "建议财政部门暂缓拨付工程款部分",
                  f"pictures/{SHA}.jpg", "签名有效", "hold.decide"):  # fmt: skip
        assert words in page, words
    assert "password" not in files["records.json"].decode()


def test_a_bundle_of_a_claim_nobody_looked_at_yet_says_so(desk: Desk) -> None:
    desk.setup()
    filed = ok(
        desk.person("department").post(f"/api/v1/projects/{k.PROJECT}/claims", json=k.HONEST)
    )
    with reading(desk.database) as session:
        content = bundle(session, filed["id"], desk.now, desk.evidence.path)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    found = verify.check(files)
    assert bad(found) == []
    assert ("note", "the rules have not looked at this claim yet") in found


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["evidence", *words])


def test_the_commands_write_and_check_a_bundle(filled: tuple[Desk, int], tmp_path: Path) -> None:
    desk, claim = filled
    where = ["--url", str(desk.database.url), "--evidence", str(tmp_path / "none")]
    file, anchor = tmp_path / "claim.zip", tmp_path / "anchor.txt"
    wrote = run("bundle", str(claim), "-o", str(file), *where)
    assert wrote.exit_code == 0, wrote.output
    assert "the manifest's SHA-256" in wrote.output
    assert "exists already" in run("bundle", "1", "-o", str(file), *where).output
    assert "there is no claim 77" in run("bundle", "77", "-o", str(tmp_path / "x"), *where).output
    with reading(desk.database) as session:
        row = session.query(AuditAnchor).one()
    anchor.write_text(f"head: {row.seq}:{row.hash}\n")
    checked = run("verify-bundle", str(file), "--anchor", str(anchor))
    assert checked.exit_code == 0, checked.output
    assert "anchor.txt: the log leads to the head" in checked.output
    anchor.write_text(f"head: {row.seq}:{'0' * 64}\n")
    checked = run("verify-bundle", str(file), "--anchor", str(anchor))
    assert (checked.exit_code, "1 things are not as they should be" in checked.output) == (1, True)
    anchor.write_text("a shopping list\n")
    checked = run("verify-bundle", str(file), "--anchor", str(anchor))
    assert "is it an anchor?" in checked.output
    file.write_bytes(b"no archive")
    assert "cannot be opened as an archive" in run("verify-bundle", str(file)).output


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 511))
def test_our_own_ed25519_agrees_with_the_library(seed: bytes, message: bytes, bit: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert verify.signed(key.hex(), message, signature.hex())
    changed = bytearray(signature)
    changed[bit // 8] ^= 1 << bit % 8
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(bytes(changed), message)
        theirs = True
    except InvalidSignature:
        theirs = False
    assert verify.signed(key.hex(), message, bytes(changed).hex()) == theirs
    assert not verify.signed(key.hex(), message + b"x", signature.hex())


def test_ed25519_takes_the_published_vector_and_nothing_malleable() -> None:
    # RFC 8032, section 7.1, test 2.
    key = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    signature = (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert verify.signed(key, b"\x72", signature)
    scalar = int.from_bytes(bytes.fromhex(signature)[32:], "little") + verify.L
    again = signature[:64] + scalar.to_bytes(32, "little").hex()
    assert not verify.signed(key, b"\x72", again)
    for junk in ("", "zz", key[:-2], "ff" * 32):
        assert not verify.signed(junk, b"\x72", signature)
        assert not verify.signed(key, b"\x72", junk)


def test_a_sighting_later_than_the_claim_changes_the_facts_the_log_names(
    sqlite_database: Engine, tmp_path: Path
) -> None:
    with desk_on(sqlite_database, tmp_path) as desk:
        claim = desk.anomalous_claim()
        before = facts_named(desk)
        desk.now += timedelta(minutes=5)
        desk.evaluate(claim)
        assert facts_named(desk) == before
        desk.camera_sees("s2_formwork", 36)
        desk.evaluate(claim)
        assert len(facts_named(desk)) == len(before) + 1


def facts_named(desk: Desk) -> list[str]:
    with reading(desk.database) as session:
        entries = session.query(LogEntry).filter_by(action="claim.evaluate").order_by(LogEntry.seq)
        return [json.loads(entry.detail)["facts_sha256"] for entry in entries]
