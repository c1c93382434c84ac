"""Evidence pictures: files named by their hash, written once and never changed."""

import hashlib
import os
import re
from pathlib import Path
from typing import Final

_SHA256: Final = re.compile(r"^[0-9a-f]{64}$")


class WrongHashError(ValueError):
    """A picture is not the one its sender hashed."""

    def __init__(self, expected: str, actual: str) -> None:
        """Keeps both hashes."""
        self.expected = expected
        self.actual = actual
        super().__init__(f"the picture hashes to {actual}, its sender said {expected}")


class EvidenceStore:
    """A folder of JPEG files ``ab/abcdef….jpg``.

    Args:
        folder: Where; created when first written to.
    """

    def __init__(self, folder: Path) -> None:
        """Keeps the folder."""
        self._folder = folder

    def put(self, sha256: str, picture: bytes) -> Path:
        """Keeps a picture; it survives a crash once this returns. Twice is once.

        Raises:
            WrongHashError: The picture has another hash; it is kept in ``refused`` to be
                looked at and served to nobody.
            OSError: The folder cannot be written.
        """
        actual = hashlib.sha256(picture).hexdigest()
        if actual != sha256:
            self.refuse(picture)
            raise WrongHashError(sha256, actual)
        file = self._file(sha256)
        if not file.exists():
            _write(file, picture)
        return file

    def refuse(self, payload: bytes) -> Path:
        """Keeps bytes that nothing can be done with, for a person to look at."""
        file = self._folder / "refused" / f"{hashlib.sha256(payload).hexdigest()}.bin"
        _write(file, payload)
        return file

    def path(self, sha256: str) -> Path | None:
        """The file of a picture, or None when there is none of that hash."""
        if not _SHA256.match(sha256):
            return None
        file = self._file(sha256)
        return file if file.exists() else None

    def _file(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / f"{sha256}.jpg"


def _write(file: Path, content: bytes) -> None:
    """Under another name first, so that nobody ever reads half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_suffix(f".{os.getpid()}.part")
    with half.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    half.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
