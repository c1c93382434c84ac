"""Checks before any route: no cross-site request changes anything; and headers on every answer."""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from siteward_platform.api.errors import answer
from siteward_platform.api.schemas.values import Failure

HEADER: Final = "x-requested-with"
VALUE: Final = "siteward"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_SIGNED: Final = frozenset({"/api/v1/finance/answers"})
"""Paths that look at a signature and at no cookie, so that no browser can be tricked into them."""
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
        "connect-src 'self' ws: wss:; worker-src 'self' blob:; font-src 'self' data:; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(self)",
}


class Guard:
    """ASGI middleware.

    A browser sends a header of our own across origins only after asking, and we never agree;
    so a request that carries it came from our own page, or from a program.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wraps the application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets safe requests and our own through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        free = scope["method"] in _SAFE or scope["path"] in _SIGNED
        if not free and Headers(scope=scope).get(HEADER) != VALUE:
            failure = Failure(
                code="csrf_header_missing",
                message="请求缺少安全标头",
                remedy=f"请在请求中加上标头 X-Requested-With: {VALUE}",
            )
            await answer(403, failure)(scope, receive, with_headers)
            return
        await self.app(scope, receive, with_headers)
