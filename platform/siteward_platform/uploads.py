"""Pictures that come from phones in pieces, over lines that break.

How many bytes have arrived is what the database says; a file may be longer after a crash, and the
next piece is written over what was never counted. A picture is stored when its bytes have the hash
its phone announced, and not before.
"""

import hashlib
import re
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from siteward_platform.act import Act
from siteward_platform.api.schemas.uploads import UploadIn, UploadOut
from siteward_platform.database.models import Evidence, Upload
from siteward_platform.evidence import EvidenceStore
from siteward_platform.projects import get_project
from siteward_platform.refusals import (
    ConflictError,
    InvalidError,
    NotFoundError,
    OvertakenError,
    ThrottledError,
)

PURPOSE: Final = "inspection"
DEVICE: Final = "phone"
OPEN_AT_MOST: Final = 512 * 1024 * 1024
"""Bytes one person may have on the way: a day's pictures without a line."""
GIVEN_UP_AFTER: Final = timedelta(days=30)
_JPEG: Final = b"\xff\xd8\xff"
_ID: Final = re.compile(r"^[0-9a-f-]{36}$")


class PartialFiles:
    """Files that are not whole yet, beside the evidence they become."""

    def __init__(self, folder: Path, evidence: EvidenceStore) -> None:
        """Keeps both folders."""
        self._folder, self._evidence = folder, evidence

    def write(self, upload: str, offset: int, piece: bytes) -> None:
        """Writes a piece at its place.

        Raises:
            OSError: The disk is full or not writable.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._file(upload)
        with file.open("r+b" if file.exists() else "wb") as out:
            out.seek(offset)
            out.write(piece)
            out.truncate()

    def read(self, upload: str) -> bytes:
        """All that has arrived; nothing where a disk lost it, which the hash then tells."""
        file = self._file(upload)
        return file.read_bytes() if file.exists() else b""

    def keep(self, sha256: str, picture: bytes) -> None:
        """Makes a whole picture evidence, on the disk before this returns."""
        self._evidence.put(sha256, picture)

    def drop(self, upload: str) -> None:
        """Forgets what has arrived."""
        self._file(upload).unlink(missing_ok=True)

    def _file(self, upload: str) -> Path:
        if not _ID.match(upload):
            raise ValueError(f"no upload is named {upload!r}")
        return self._folder / f"{upload}.part"


def begin(act: Act, files: PartialFiles, body: UploadIn) -> Upload:
    """Announces a picture; the same announcement again says how far it is.

    Raises:
        ConflictError: The id is another picture's.
        ThrottledError: Too much of this person is on the way.
    """
    upload = act.session.get(Upload, body.id)
    if upload is not None:
        same = (upload.username, upload.sha256, upload.size, upload.project_id)
        if same != (act.who.name, body.sha256, body.size, body.project):
            raise ConflictError("upload_id_used", "上传编号已被另一张照片使用", "请重新拍摄或换号")
        return upload
    get_project(act.session, body.project)
    _give_up_old(act, files)
    _check_room(act, body.size)
    place = body.place.model_dump() if body.place else {}
    fields = body.model_dump(exclude={"project", "place"})
    upload = Upload(
        project_id=body.project,
        username=act.who.name,
        begun_at=act.at,
        received=0,
        **fields,
        **place,
    )
    act.session.add(upload)
    act.session.flush()
    return upload


def take_piece(act: Act, files: PartialFiles, upload_id: str, offset: int, piece: bytes) -> Upload:
    """Adds a piece; the last one makes the picture evidence.

    Raises:
        OvertakenError: The piece does not begin where the last one ended.
        InvalidError: The picture would be longer than announced.
    """
    upload = _mine(act, upload_id, lock=True)
    if upload.stored_at is not None or offset != upload.received:
        raise OvertakenError(
            "wrong_offset",
            f"已收到 {upload.received} 字节，本段不能接上",
            "请从已收到的位置继续上传",
            present=upload_out(upload).model_dump(mode="json"),
        )
    if offset + len(piece) > upload.size:
        raise InvalidError(
            "upload_too_long",
            f"照片共 {upload.size} 字节，本段超出",
            "请从已收到的位置继续上传",
            {"Upload-Offset": "超出照片长度"},
        )
    files.write(upload.id, offset, piece)
    upload.received = offset + len(piece)
    return upload


def finish(act: Act, files: PartialFiles, upload_id: str) -> str | None:
    """Makes a picture evidence once all of it is here.

    Returns:
        What is wrong with it, when it has to be sent again from its first byte; else None.
    """
    upload = _mine(act, upload_id, lock=True)
    if upload.stored_at is not None or upload.received < upload.size:
        return None
    picture = files.read(upload.id)[: upload.size]
    wrong = _wrong_with(picture, upload.sha256)
    if wrong:
        upload.received = 0
        return wrong
    files.keep(upload.sha256, picture)
    if act.session.get(Evidence, upload.sha256) is None:
        act.session.add(
            Evidence(
                sha256=upload.sha256,
                project_id=upload.project_id,
                device=DEVICE,
                ts=upload.taken_at,
                size=upload.size,
                received_at=act.at,
                purpose=PURPOSE,
            )
        )
    upload.stored_at = act.at
    act.log(
        "photo.store",
        f"evidence:{upload.sha256}",
        project=upload.project_id,
        source=upload.source,
        taken_at=upload.taken_at,
        latitude=upload.latitude,
        longitude=upload.longitude,
        accuracy=upload.accuracy,
        heading=upload.heading,
    )
    return None


def get_upload(act: Act, upload_id: str) -> Upload:
    """How far one's own picture is.

    Raises:
        NotFoundError: This person announced no such picture.
    """
    return _mine(act, upload_id, lock=False)


def upload_out(upload: Upload) -> UploadOut:
    """An upload as the phone reads it."""
    return UploadOut(
        id=upload.id,
        sha256=upload.sha256,
        size=upload.size,
        offset=upload.received,
        state="stored" if upload.stored_at else "open",
        stored_at=upload.stored_at,
    )


def _mine(act: Act, upload_id: str, lock: bool) -> Upload:
    query = select(Upload).where(Upload.id == upload_id, Upload.username == act.who.name)
    upload = act.session.scalars(query.with_for_update() if lock else query).one_or_none()
    if upload is None:
        raise NotFoundError("no_such_upload", "没有这次上传", "请重新开始上传")
    return upload


def _wrong_with(picture: bytes, sha256: str) -> str | None:
    if hashlib.sha256(picture).hexdigest() != sha256:
        return "hash_mismatch"
    return None if picture.startswith(_JPEG) else "not_a_jpeg"


def _check_room(act: Act, size: int) -> None:
    query = select(func.sum(Upload.size)).where(
        Upload.username == act.who.name, Upload.stored_at.is_(None)
    )
    if (act.session.scalar(query) or 0) + size > OPEN_AT_MOST:
        raise ThrottledError("too_much_on_the_way", "未传完的照片太多", "请先传完已开始的照片")


def _give_up_old(act: Act, files: PartialFiles) -> None:
    """What nobody went on with for a month is not coming any more."""
    query = select(Upload).where(
        Upload.username == act.who.name,
        Upload.stored_at.is_(None),
        Upload.begun_at < act.at - GIVEN_UP_AFTER,
    )
    for upload in act.session.scalars(query):
        files.drop(upload.id)
        act.session.delete(upload)
