"""Serves the cameras over HTTP: MPEG-TS to anybody, bare access units to the RTSP server."""

from collections.abc import Mapping
from datetime import UTC
from email.utils import format_datetime
from functools import partial

from aiohttp import web

from siteward_simulators.devices.film import Film, Item, Offline


def camera_app(films: Mapping[str, Film]) -> web.Application:
    """Routes ``/{site}/{device}.ts`` and ``/{site}/{device}.units``.

    The second sends each access unit after its length in 4 bytes, big-endian. A camera that
    is out of order answers 503; an unknown one 404 with the names there are.

    Args:
        films: ``site/device`` to the camera.
    """
    app = web.Application()
    path = "/{site}/{device}.{form:ts|units}"
    app.router.add_get(path, partial(_watch, films), allow_head=False)
    app.router.add_head(path, partial(_answer, films))
    return app


async def _answer(films: Mapping[str, Film], request: web.Request) -> web.StreamResponse:
    """Only the headers: whoever asks wants to know what the camera's clock says."""
    return web.Response(headers=_headers(_film(films, request), request))


async def _watch(films: Mapping[str, Film], request: web.Request) -> web.StreamResponse:
    film = _film(films, request)
    transport = request.match_info["form"] == "ts"
    response = web.StreamResponse(headers=_headers(film, request))
    items = film.watch()
    try:
        async for item in items:
            if not response.prepared:
                await response.prepare(request)
            await response.write(item.transport if transport else _framed(item))
    except Offline:
        raise web.HTTPServiceUnavailable(
            text=f"camera {film.scene.device} is out of order"
        ) from None
    except ConnectionError:
        pass  # the viewer left, as viewers do
    finally:
        await items.aclose()
    return response


def _framed(item: Item) -> bytes:
    return len(item.unit).to_bytes(4, "big") + item.unit


def _film(films: Mapping[str, Film], request: web.Request) -> Film:
    name = f"{request.match_info['site']}/{request.match_info['device']}"
    film = films.get(name)
    if film is None:
        known = ", ".join(films)
        raise web.HTTPNotFound(text=f"no camera {name}; there are {known}")
    return film


def _headers(film: Film, request: web.Request) -> dict[str, str]:
    transport = request.match_info["form"] == "ts"
    return {
        "Content-Type": "video/mp2t" if transport else "application/octet-stream",
        "Cache-Control": "no-store",
        "Date": format_datetime(film.clock().astimezone(UTC), usegmt=True),
    }
