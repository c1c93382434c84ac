"""What the API counts, for Prometheus."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Metrics:
    """The counters of one process, in a registry of their own."""

    def __init__(self) -> None:
        """Registers them."""
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "siteward_api_request_seconds",
            "Time to answer, by route and status.",
            ["method", "route", "status"],
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
            registry=self.registry,
        )
        self.viewers = Gauge(
            "siteward_api_live_viewers", "Open live sockets.", registry=self.registry
        )
        self.frames = Counter(
            "siteward_api_live_frames", "Frames sent to viewers.", registry=self.registry
        )
        self.frames_skipped = Counter(
            "siteward_api_live_frames_skipped",
            "Frames a viewer was too slow for; a newer one took their place.",
            registry=self.registry,
        )
        self.frames_refused = Counter(
            "siteward_api_live_frames_refused", "Frames nobody can read.", registry=self.registry
        )


class Timed:
    """ASGI middleware that times every HTTP request under its route, not its path."""

    def __init__(self, app: ASGIApp, metrics: Metrics, monotonic: Callable[[], float]) -> None:
        """Wraps the application."""
        self.app = app
        self.metrics = metrics
        self.monotonic = monotonic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status = self.monotonic(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            labels = (scope["method"], route, str(status))
            self.metrics.requests.labels(*labels).observe(self.monotonic() - start)
