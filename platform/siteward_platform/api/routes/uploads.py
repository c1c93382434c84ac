"""Pictures from phones: announced, sent in pieces that may break off, stored by their hash."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Path, Request

from siteward_platform import uploads
from siteward_platform.api.access import OnSite
from siteward_platform.api.schemas.uploads import UploadConflict, UploadIn, UploadOut
from siteward_platform.refusals import InvalidError
from siteward_platform.uploads import upload_out

router: Final = APIRouter(tags=["inspection"])

LARGEST_PIECE: Final = 1024 * 1024
_WRONG: Final = {
    "hash_mismatch": ("收到的照片与手机计算的哈希不一致", "照片须从头重新上传"),
    "not_a_jpeg": ("这不是 JPEG 照片", "请用相机重新拍摄"),
}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/offset+octet-stream": {"schema": {"type": "string", "format": "binary"}}
        },
    }
}


async def piece_of(request: Request) -> bytes:
    """The body, as far as it may be long.

    Raises:
        InvalidError: It is longer than a piece may be.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_PIECE:
            raise InvalidError(
                "piece_too_long",
                f"每段最多 {LARGEST_PIECE} 字节",
                "请分成更小的段",
                {"body": "太大"},
            )
    return bytes(body)


Piece = Annotated[bytes, Depends(piece_of)]
Id = Annotated[str, Path(max_length=64)]


@router.post("/uploads")
def begin_upload(desk: OnSite, body: UploadIn) -> UploadOut:
    """Announces a picture, or asks how far the announced one is."""
    with desk.act() as act:
        return upload_out(uploads.begin(act, desk.parts.partial_files, body))


@router.get("/uploads/{upload}")
def get_upload(desk: OnSite, upload: Id) -> UploadOut:
    """How far one's own picture is."""
    with desk.look() as act:
        return upload_out(uploads.get_upload(act, upload))


@router.patch("/uploads/{upload}", responses={409: {"model": UploadConflict}}, openapi_extra=_BODY)
def continue_upload(
    desk: OnSite,
    upload: Id,
    offset: Annotated[int, Header(alias="Upload-Offset", ge=0)],
    piece: Piece,
) -> UploadOut:
    """Adds a piece at ``Upload-Offset``; the last one is answered when the hash was checked."""
    files = desk.parts.partial_files
    with desk.act() as act:
        uploads.take_piece(act, files, upload, offset, piece)
    with desk.act() as act:
        wrong = uploads.finish(act, files, upload)
        present = upload_out(uploads.get_upload(act, upload))
    if present.state == "stored":
        files.drop(upload)
    if wrong:
        raise InvalidError(wrong, *_WRONG[wrong])
    return present
