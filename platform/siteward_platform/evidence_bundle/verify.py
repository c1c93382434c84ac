"""Checks an evidence bundle of Siteward with nothing but Python 3.9 or later.

    python3 verify.py                        this folder
    python3 verify.py bundle.zip             an archive as it was handed out
    python3 verify.py --anchor anchor.txt    with a head of the log kept elsewhere

It says whether every file is the one the manifest lists, whether cameras' agents signed the
pictures, whether the log's entries are linked without a gap to the heads that were written down,
and whether the log names the facts the findings stand on. It cannot say whether the log, the keys
or the bundle as a whole are the platform's: compare the anchor with one kept elsewhere, the keys'
fingerprints with those read out on site, and the manifest's hash with the one told to you.

What it prints begins with "ok", "note" or "BAD"; it ends with status 1 if anything is bad.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Files = Mapping[str, bytes]
"""Path in the bundle to content."""
Head = tuple[int, str, str]
"""Number and hash of an entry as written down, and where."""
Line = tuple[str, str]
"""``ok``, ``note`` or ``BAD``, and what."""

EPOCH = (1980, 1, 1, 0, 0, 0)
HEAD = re.compile(r"^head: ([0-9]+):([0-9a-f]{64})\s*$", re.MULTILINE)


def check(files: Files, held: Iterable[Head] = ()) -> list[Line]:
    """Checks a bundle.

    Args:
        files: Everything in it.
        held: Heads of the log kept elsewhere.
    """
    found = list(_manifest(files))
    parts = {"pictures": _pictures(files), "log": _log(files, list(held)), "facts": _facts(files)}
    for name, lines in parts.items():
        try:
            found += lines
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            found.append(("BAD", f"{name}: it cannot be read: {error!r}"))
    return found


def _manifest(files: Files) -> Iterator[Line]:
    listed = files.get("manifest.json")
    if listed is None or "manifest.sha256" not in files:
        yield "BAD", "manifest.json or manifest.sha256 is missing"
        return
    if files["manifest.sha256"] != (sha256(listed) + "  manifest.json\n").encode():
        yield "BAD", "manifest.json: it is not the one manifest.sha256 names, or that was changed"
    try:
        wanted = dict(json.loads(listed)["files"])
    except (ValueError, KeyError, TypeError):
        yield "BAD", "manifest.json: it cannot be read"
        return
    bad = 0
    for path in sorted({*wanted, *files} - {"manifest.json", "manifest.sha256"}):
        if path not in files:
            bad, said = bad + 1, f"{path}: it is missing"
        elif path not in wanted:
            bad, said = bad + 1, f"{path}: it does not belong to the bundle"
        elif sha256(files[path]) != wanted[path]:
            bad, said = bad + 1, f"{path}: it was changed"
        else:
            continue
        yield "BAD", said
    if not bad:
        said = f"{len(wanted)} files are those of the manifest, whose SHA-256 is {sha256(listed)}"
        yield "ok", said


def _pictures(files: Files) -> Iterator[Line]:
    keys = {row["key"]: row for row in _json(files, "keys.json")}
    states: dict[str, int] = {}
    for path in sorted(files):
        if not (path.startswith("pictures/") and path.endswith(".json")):
            continue
        proof, jpeg = _json(files, path), files.get(path[:-5] + ".jpg")
        said = _picture(proof, jpeg, keys)
        if said:
            yield "BAD", f"{path}: {said}"
        states[proof["state"]] = states.get(proof["state"], 0) + 1
    for state in sorted(states):
        yield ("ok" if state == "verified" else "note"), f"{states[state]} pictures: {state}"
    for row in keys.values():
        text = f"key of {row['agent']}: {row['fingerprint']}, {row['state']}"
        yield "note", text + "; compare it with what was read out on site"
        if fingerprint(row["key"]) != row["fingerprint"]:
            yield "BAD", "keys.json: the fingerprint is not the key's"


def _picture(proof: Mapping[str, Any], jpeg: bytes | None, keys: Mapping[str, Any]) -> str | None:
    """What is wrong with a picture, or None."""
    if jpeg is not None and sha256(jpeg) != proof["sha256"]:
        return "the picture beside it has another hash"
    if proof["state"] in ("unsigned", "bad_signature"):
        return None
    good = signed(proof["key"], proof["statement"].encode(), proof["signature"])
    if not good or json.loads(proof["statement"]).get("sha256") != proof["sha256"]:
        return "it is said to be signed, but the signature does not hold for it"
    if proof["state"] == "verified" and keys.get(proof["key"], {}).get("accepted_at") is None:
        return "it is said to be verified, but nobody accepted its key"
    return None


def _log(files: Files, held: Sequence[Head]) -> Iterator[Line]:
    heads: dict[int, str] = {}
    last: tuple[int, str] | None = None
    shown = 0
    for line in files["log/entries.jsonl"].decode().splitlines():
        row = json.loads(line)
        if last is not None and row["seq"] != last[0] + 1:
            yield "BAD", f"log: entry {last[0] + 1} is missing"
            return
        if "content" in row:
            if last is None:
                yield "BAD", "log: it does not begin with an entry that is shown"
                return
            hashed = sha256((last[1] + row["content"]).encode())
        else:
            shown += 1
            if last is not None and row["previous"] != last[1]:
                yield "BAD", f"log: entry {row['seq']} does not follow the one before it"
                return
            hashed = entry_hash(row)
            if hashed != row["hash"]:
                yield "BAD", f"log: entry {row['seq']} was changed"
                return
        last = (row["seq"], hashed)
        heads[row["seq"]] = hashed
    if last is None:
        yield "BAD", "log: it is empty"
        return
    yield "ok", f"{shown} entries of the log, linked without a gap over {len(heads)} numbers"
    own = [(*_head_of(files[p]), p) for p in sorted(files) if p.startswith("log/anchors/")]
    for seq, hashed, place in [*own, *held]:
        if seq not in heads:
            yield "note", f"{place}: entry {seq} is outside {min(heads)} to {last[0]}"
        elif heads[seq] == hashed:
            yield "ok", f"{place}: the log leads to the head written down there, entry {seq}"
        else:
            yield "BAD", f"{place}: the log has another entry {seq} than was written down"
    if not held:
        yield "note", "no anchor from elsewhere was given (--anchor): the log could be made up"


def _facts(files: Files) -> Iterator[Line]:
    if "assess.jsonl" not in files:
        yield "note", "the rules have not looked at this claim yet"
        return
    subject = _json(files, "manifest.json")["subject"]
    hashed = sha256(files["assess.jsonl"].rstrip(b"\n"))
    rows = [json.loads(line) for line in files["log/entries.jsonl"].decode().splitlines()]
    named = [
        json.loads(row["detail"]).get("facts_sha256")
        for row in rows
        if row.get("subject") == subject and row.get("action") == "claim.evaluate"
    ]
    if named and named[-1] == hashed:
        yield "ok", "the log names the facts of assess.jsonl: 'siteward rules assess' runs on them"
    else:
        yield "BAD", "assess.jsonl: these are not the facts the log names"


def entry_hash(row: Mapping[str, Any]) -> str:
    """The hash of an entry of the log that is shown."""
    said = {k: row[k] for k in ("seq", "at", "who", "role", "action", "subject", "detail")}
    if row["version"] == 1:
        said["previous"] = row["previous"]
        return sha256(canonical(said).encode())
    return sha256((row["previous"] + sha256(canonical(said).encode())).encode())


def canonical(value: Mapping[str, Any]) -> str:
    """One text for one value: sorted keys, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def fingerprint(key: str) -> str:
    """What people read to each other: 128 bits of the key's SHA-256, in groups of four digits."""
    digits = sha256(bytes.fromhex(key))[:32]
    return " ".join(digits[n : n + 4] for n in range(0, 32, 4))


# Ed25519 as RFC 8032, section 5.1, describes it. Nothing here is secret, so nothing need be quick
# or take the same time; points are extended coordinates (X, Y, Z, T).
Point = tuple[int, int, int, int]
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
BASE_Y = 4 * pow(5, P - 2, P) % P


def signed(key: str, message: bytes, signature: str) -> bool:
    """Whether a signature over bytes is a public key's; both in hexadecimal."""
    try:
        public, sealed = bytes.fromhex(key), bytes.fromhex(signature)
    except ValueError:
        return False
    if len(public) != 32 or len(sealed) != 64:
        return False
    point, scalar = _point(public), int.from_bytes(sealed[32:], "little")
    if point is None or scalar >= L:
        return False
    digest = hashlib.sha512(sealed[:32] + public + message).digest()
    times = int.from_bytes(digest, "little") % L
    negative = (P - point[0], point[1], 1, P - point[3])
    base = _point(BASE_Y.to_bytes(32, "little"))
    assert base is not None
    return _bytes(_add(_times(scalar, base), _times(times, negative))) == sealed[:32]


def _point(encoded: bytes) -> Point | None:
    number = int.from_bytes(encoded, "little")
    y, sign = number & (2**255 - 1), number >> 255
    if y >= P:
        return None
    x = _root((y * y - 1) * pow(D * y * y + 1, P - 2, P) % P)
    if x is None or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def _root(square: int) -> int | None:
    root = pow(square, (P + 3) // 8, P)
    for candidate in (root, root * ROOT % P):
        if candidate * candidate % P == square:
            return candidate
    return None


def _add(one: Point, two: Point) -> Point:
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = _add(total, point)
        point, scalar = _add(point, point), scalar >> 1
    return total


def _bytes(point: Point) -> bytes:
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def from_folder(folder: Path) -> tuple[dict[str, bytes], list[Line]]:
    """The files of an unpacked bundle."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    kept = [path for path in found if "__pycache__" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in kept}, []


def from_zip(file: Path) -> tuple[dict[str, bytes], list[Line]]:
    """The files of an archive, and what is wrong with the archive itself."""
    content = file.read_bytes()
    files: dict[str, bytes] = {}
    wrong: list[Line] = []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                try:
                    files[entry.filename] = archive.read(entry)
                except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError):
                    wrong.append(("BAD", f"{entry.filename}: it is damaged in the archive"))
    except (zipfile.BadZipFile, ValueError, OSError, UnicodeDecodeError, OverflowError) as error:
        return files, [("BAD", f"{file.name}: it cannot be opened as an archive: {error}")]
    if not wrong:
        again = pack(files)
        if again != content:
            both = range(min(len(again), len(content)))
            place = next((n for n in both if again[n] != content[n]), len(both))
            wrong.append(("BAD", f"{file.name}: byte {place} is not as it was packed"))
    return files, wrong


def pack(files: Files) -> bytes:
    """The one archive these files make: in order, not compressed, without a date."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, EPOCH)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, files[path])
    return made.getvalue()


def _json(files: Files, path: str) -> Any:
    return json.loads(files[path])


def _head_of(content: bytes) -> tuple[int, str]:
    match = HEAD.search(content.decode("utf-8", "replace"))
    if match is None:
        raise ValueError("no line 'head: NUMBER:HASH'")
    return int(match[1]), match[2]


def main() -> None:
    """Checks what the command line names."""
    parser = argparse.ArgumentParser(description="Checks an evidence bundle.")
    parser.add_argument("bundle", nargs="?", default=Path(__file__).parent, type=Path)
    parser.add_argument("--anchor", action="append", default=[], type=Path, help="kept elsewhere")
    asked = parser.parse_args()
    try:
        held = [(*_head_of(path.read_bytes()), str(path)) for path in asked.anchor]
    except (OSError, ValueError) as error:
        parser.error(f"--anchor: {error}")
    if not asked.bundle.exists():
        parser.error(f"{asked.bundle} does not exist")
    files, wrong = from_folder(asked.bundle) if asked.bundle.is_dir() else from_zip(asked.bundle)
    found = wrong + (check(files, held) if files else [])
    for kind, text in found:
        sys.stdout.write(f"{kind:4} {text}\n")
    sys.exit(1 if any(kind == "BAD" for kind, _ in found) else 0)


if __name__ == "__main__":
    main()
