"""The files of reports, named by their hash and checked against it whenever they are read."""

import hashlib
import os
from pathlib import Path
from typing import Literal

from siteward_platform.refusals import UnavailableError

Format = Literal["pdf", "xlsx"]


def keep(folder: Path, content: bytes, form: Format) -> str:
    """Writes a file once; returns its SHA-256.

    Raises:
        OSError: The folder cannot be written.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    file = _file(folder, sha256, form)
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_suffix(f".{os.getpid()}.part")
    with half.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    half.replace(file)
    return sha256


def fetch(folder: Path, sha256: str, form: Format) -> bytes:
    """A file as it was made.

    Raises:
        UnavailableError: It is gone, or is not what was made any more.
    """
    file = _file(folder, sha256, form)
    content = file.read_bytes() if file.exists() else b""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise UnavailableError(
            "report_damaged", "报告文件丢失或已被改动，与登记的校验值不符", "请重新生成报告，并告知系统管理员"
        )  # fmt: skip
    return content


def _file(folder: Path, sha256: str, form: Format) -> Path:
    return folder / sha256[:2] / f"{sha256}.{form}"
