"""Reads over REST what the platform reports, as the supervisor sees it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Self

import httpx

from siteward_simulators.office import DEMO_PASSWORD
from siteward_simulators.scorecard.tally import Reported, ReportedClaim


class Platform:
    """A signed-in session. Use as a context manager."""

    def __init__(self, api: str) -> None:
        """Takes the platform's address, e.g. ``http://127.0.0.1:8000``."""
        self._http = httpx.Client(
            base_url=f"{api.rstrip('/')}/api/v1",
            headers={"X-Requested-With": "siteward"},
            timeout=30,
        )

    def __enter__(self) -> Self:
        """Signs in.

        Raises:
            httpx.HTTPError: Nobody answers, or the demo's account is not known yet.
        """
        body = {"username": "supervisor", "password": DEMO_PASSWORD}
        try:
            self._http.post("/session", json=body).raise_for_status()
        except httpx.HTTPError:
            self._http.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Signs out."""
        self._http.close()

    def alerts(self) -> list[Reported]:
        """Every alert that fired, on sites' devices."""
        return [
            Reported(
                row["project"],
                row["kind"],
                row["device"],
                _seconds(row["started_at"]) or 0.0,
                _seconds(row["fired_at"]),
                _seconds(row["resolved_at"]),
            )
            for row in self._alert_rows()
            if row["state"] != "pending"
        ]

    def claims(self) -> list[ReportedClaim]:
        """Every claim with its open findings."""
        return [self._claim(row["id"]) for row in self._get("/claims")]

    def camera_percents(self) -> dict[str, float | None]:
        """Project to what its cameras measured on the weight they cover."""
        return {row["id"]: row["camera_percent"] for row in self._get("/projects")}

    def _claim(self, number: int) -> ReportedClaim:
        row = self._get(f"/claims/{number}")
        filed = _seconds(row["filed_at"]) or 0.0
        found = [_seconds(finding["found_at"]) for finding in row["findings"]]
        first = min((at for at in found if at is not None), default=None)
        return ReportedClaim(
            site=row["project"],
            title=row["title"],
            flags=frozenset(row["flags"]),
            held=row["hold"] is not None,
            evaluated=row["evaluated_at"] is not None,
            delay=None if first is None else max(0.0, first - filed),
        )

    def _alert_rows(self) -> Iterator[dict[str, Any]]:
        before: int | None = None
        while True:
            page = self._get("/alerts?limit=200" + (f"&before={before}" if before else ""))
            yield from page["alerts"]
            before = page["next_before"]
            if before is None:
                return

    def _get(self, path: str) -> Any:
        answer = self._http.get(path)
        answer.raise_for_status()
        return answer.json()


def _seconds(text: str | None) -> float | None:
    return None if text is None else datetime.fromisoformat(text).timestamp()
