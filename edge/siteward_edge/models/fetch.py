"""Downloads a file over a link that may break, and keeps it only if it is the right one."""

import hashlib
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Final

Progress = Callable[[int, int | None], None]
"""Told how many bytes are there and, where the server says so, of how many."""

BLOCK: Final = 1 << 16
TIMEOUT: Final = 30.0
"""Seconds without a byte after which a link counts as broken."""
TRIES: Final = 5
"""Broken links in a row, without a byte gained, before giving up."""
PAUSE: Final = 1.0
"""Seconds before going on after a broken link; doubles with each try that brings nothing."""


class FetchError(Exception):
    """A file could not be had, or was not the right one; says what to do."""


def fetch(
    url: str,
    target: Path,
    sha256: str,
    progress: Progress,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Downloads a file to where it belongs.

    What a broken link has brought is kept beside the target as ``.part`` and gone on with, now
    or at the next call. The target appears in one step, whole and with the right hash; of a
    file with another hash nothing is kept.

    Args:
        url: Where it is.
        target: Where it goes; its folder is made.
        sha256: What it must hash to.
        progress: Told of every block.
        sleep: Waits between tries.

    Raises:
        FetchError: With what is wrong and what to do.
        OSError: It cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    resumed = part.exists()
    _complete(url, part, progress, sleep)
    if (found := _hash(part)) != sha256 and resumed:
        # What lay there may have been the beginning of an older file.
        part.unlink()
        _complete(url, part, progress, sleep)
        found = _hash(part)
    if found != sha256:
        part.unlink()
        raise FetchError(
            f"{url} hashes to {found}, not {sha256}: it is another file, nothing of it was kept; "
            "look for the right one, or correct sha256 in the manifest if this one is trusted"
        )
    part.replace(target)


def _complete(url: str, part: Path, progress: Progress, sleep: Callable[[float], None]) -> None:
    """Goes on with a part until it is whole."""
    failed = 0
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            if _go_on(url, part, before, progress):
                return
            why = "the link broke"
        except urllib.error.HTTPError as error:
            if error.code < 500:
                raise FetchError(
                    f"{url}: {error.code} {error.reason}; check the address"
                ) from error
            why = f"{error.code} {error.reason}"
        except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
            why = str(getattr(error, "reason", "") or error or type(error).__name__)
        after = part.stat().st_size if part.exists() else 0
        failed = failed + 1 if after <= before else 0
        if failed >= TRIES:
            raise FetchError(
                f"{url}: {why}; {after} bytes are kept, run the command again to go on, or copy "
                f"the file to {part.with_suffix('')} from another machine"
            )
        sleep(PAUSE * 2**failed)


def _go_on(url: str, part: Path, have: int, progress: Progress) -> bool:
    """Asks for what is missing; whether all of it came."""
    request = urllib.request.Request(url, headers={"User-Agent": "siteward"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        answer: HTTPResponse = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code == 416 and have:  # nothing is missing
            return True
        raise
    with answer:
        goes_on = answer.status == 206 and _starts_at(answer, have)
        if not goes_on:
            have = 0  # the server knows no ranges and begins anew
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length and length.isdecimal() else None
        with part.open("ab" if goes_on else "wb") as file:
            while block := answer.read(BLOCK):
                file.write(block)
                have += len(block)
                progress(have, total)
            file.flush()
            os.fsync(file.fileno())
    return total is None or have >= total


def _starts_at(answer: HTTPResponse, have: int) -> bool:
    return str(answer.headers.get("Content-Range", "")).startswith(f"bytes {have}-")


def _hash(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def read_page(url: str) -> bytes:
    """A short text from the web.

    Raises:
        FetchError: It cannot be had, or is no short text.
    """
    try:
        request = urllib.request.Request(url, headers={"User-Agent": "siteward"})
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            page = bytes(answer.read(BLOCK + 1))
    except (urllib.error.URLError, HTTPException, OSError) as error:
        raise FetchError(f"{url}: {error}; check the address") from error
    if len(page) > BLOCK:
        raise FetchError(f"{url} is longer than a manifest can be; give a manifest's address")
    return page
