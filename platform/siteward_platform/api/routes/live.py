"""The live socket: watch requests in, frames and events out."""

import asyncio
from typing import Final
from urllib.parse import urlsplit

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from fastapi.concurrency import run_in_threadpool

from siteward_platform.api.access import COOKIE, STAFF_ROLES, check_role, signed_in
from siteward_platform.api.errors import answer
from siteward_platform.api.live import BadWatchError, Live, Viewer, parse_watch
from siteward_platform.api.parts import Parts
from siteward_platform.api.schemas.values import Failure
from siteward_platform.refusals import ForbiddenError, RefusedError

router: Final = APIRouter()

RECHECK: Final = 60.0
"""Seconds after which a signed-out viewer is shut out."""
_BAD_REQUEST: Final = 4400
_SIGNED_OUT: Final = 4401


@router.websocket("/live")
async def live_socket(socket: WebSocket) -> None:
    """Relays until the viewer goes, signs out or sends nonsense."""
    parts: Parts = socket.app.state.parts
    live: Live = socket.app.state.live
    try:
        _check_origin(socket)
        await run_in_threadpool(_check_viewer, parts, socket)
    except RefusedError as error:
        failure = Failure(code=error.code, message=error.message, remedy=error.remedy)
        await socket.send_denial_response(answer(error.status, failure))
        return
    await socket.accept()
    viewer = live.join()
    tasks = {
        asyncio.create_task(_hear(socket, live, viewer)),
        asyncio.create_task(_send(socket, live, viewer)),
        asyncio.create_task(_recheck(socket, parts)),
    }
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        live.leave(viewer)
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, WebSocketDisconnect):
            raise result


async def _hear(socket: WebSocket, live: Live, viewer: Viewer) -> None:
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        try:
            wanted = parse_watch(message.get("text") or "")
        except BadWatchError as error:
            await socket.close(_BAD_REQUEST, str(error)[:100])
            return
        live.watch(viewer, wanted)


async def _send(socket: WebSocket, live: Live, viewer: Viewer) -> None:
    while True:
        for message in await viewer.next_messages():
            if isinstance(message, str):
                await socket.send_text(message)
            else:
                await socket.send_bytes(message)
                live.count_frame()


async def _recheck(socket: WebSocket, parts: Parts) -> None:
    while True:
        await asyncio.sleep(RECHECK)
        try:
            await run_in_threadpool(_check_viewer, parts, socket)
        except RefusedError as error:
            await socket.close(_SIGNED_OUT, error.code)
            return


def _check_viewer(parts: Parts, socket: WebSocket) -> None:
    check_role(signed_in(parts, socket.cookies.get(COOKIE)), *STAFF_ROLES)


def _check_origin(socket: WebSocket) -> None:
    """Browsers name the page a socket is opened by; another site's page may not use our cookie."""
    origin = socket.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != socket.headers.get("host"):
        raise ForbiddenError("wrong_origin", f"不接受来自 {origin} 的连接", "请从本系统页面打开")
