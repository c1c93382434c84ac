"""Serves the built web app: deep links get its index, hashed assets are kept for good."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

_NOT_BUILT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<title>Siteward</title><body style="font-family:sans-serif;max-width:40em;margin:4em auto">
<h1>网页尚未构建</h1><p>接口已在运行，但找不到网页文件。请在源代码目录执行 <code>make web</code>，
然后刷新本页。</p><p>The API runs, but the web app has not been built: run <code>make web</code>
and reload this page.</p></body></html>"""


class WebApp(StaticFiles):
    """Static files with the app's index for every address the app itself routes."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, the index, or a 404 for what neither the app nor the API has."""
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or path.startswith(("api/", "assets/")):
                raise
            path, response = "index.html", await super().get_response("index.html", scope)
        immutable = path.startswith("assets/")
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if immutable else "no-cache"
        )
        return response


def mount(app: FastAPI, folder: Path) -> None:
    """Serves a folder at the root, or a page that says how to build it."""
    if (folder / "index.html").is_file():
        app.mount("/", WebApp(directory=folder, html=True), name="web")
        return

    async def not_built(path: str) -> Response:
        if path.startswith(("api/", "assets/")):
            raise HTTPException(404)
        return HTMLResponse(_NOT_BUILT, 503)

    app.add_api_route("/{path:path}", not_built, include_in_schema=False)
