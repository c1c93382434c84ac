"""Does the paper side's steps through the REST API, as the people of the demo would.

Looks before it acts and remembers what it did, so that a restart goes on where it stopped.
"""

import json
import logging
import threading
import time
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import httpx

from siteward_simulators.paper import ACCOUNTS, Step

DEMO_PASSWORD: Final = "siteward-demo"  # noqa: S105 - printed by the demo, never for real sites
"""Of every demo account but the admin."""
ALREADY: Final = frozenset(
    {
        "username_taken",
        "milestone_accepted",
        "milestone_not_claimed",
        "already_signed",
        "duplicate_bank_reference",
        "hazard_wrong_state",
        "no_wages_due",
        "no_works_due",
        "claim_closed",
    }
)
"""Refusals that mean the step was done before a crash could write it down."""
RETRY_SECONDS: Final = 0.25
AWAIT_SECONDS: Final = 90.0
"""How long the rules may take to look at a claim."""

_log = logging.getLogger(__name__)


class StoppedError(Exception):
    """The simulation is ending; whatever was being waited for is left."""


class RefusedError(Exception):
    """The platform refused a step, with its own words."""


class Done:
    """Keys of the steps that were done, one file line each, safe for several threads."""

    def __init__(self, file: Path) -> None:
        """Reads what earlier runs did."""
        self._file = file
        self._lock = threading.Lock()
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        self._keys = set(text.split("\n"))

    def __contains__(self, key: str) -> bool:
        """Whether the step was done."""
        return key in self._keys

    def add(self, key: str) -> None:
        """Remembers a step."""
        with self._lock:
            self._keys.add(key)
            with self._file.open("a", encoding="utf-8") as out:
                out.write(f"{key}\n")


class Office:
    """Everybody's sessions at one platform."""

    def __init__(self, api: str, admin_password: str, done: Done, stop: threading.Event) -> None:
        """Takes the platform's address, e.g. ``http://127.0.0.1:8000``."""
        self._api = f"{api.rstrip('/')}/api/v1"
        self._passwords = {"admin": admin_password}
        self._done = done
        self._stop = stop
        self._sessions: dict[str, httpx.Client] = {}
        self._lock = threading.Lock()

    def create_accounts(self) -> None:
        """Makes the demo's accounts, where they are missing."""
        for username, name, role in ACCOUNTS:
            body = {
                "username": username,
                "display_name": name,
                "role": role,
                "password": DEMO_PASSWORD,
            }
            self.do("", [Step(0, f"account/{username}", "admin", "POST", "/accounts", body)])

    def do(self, site: str, steps: Iterable[Step]) -> list[str]:
        """Does the steps that were not done; returns what was refused and why.

        Args:
            site: Whose steps these are; keeps the keys of sites apart.
            steps: In order.

        Raises:
            StoppedError: The simulation ends.
        """
        refused = []
        for step in steps:
            key = f"{site} {step.key}"
            if key in self._done:
                continue
            try:
                self._do(site, step)
            except RefusedError as error:
                _log.error("refused site=%s step=%s: %s", site, step.key, error)
                refused.append(f"{key}: {error}")
                continue
            self._done.add(key)
        return refused

    def claim(self, site: str, title: str) -> dict[str, Any] | None:
        """A claim in full as finance sees it; None when it was not filed."""
        number = self._find("claim", site, title)
        return None if number is None else self.get("finance", f"/claims/{number}")

    def get(self, who: str, path: str) -> Any:
        """Reads something as somebody.

        Raises:
            RefusedError: The platform would not say.
            StoppedError: The simulation ends.
        """
        return self._ask(who, "GET", path).json()

    def close(self) -> None:
        """Ends the connections; the platform's sessions run out by themselves."""
        for client in self._sessions.values():
            client.close()

    def _do(self, site: str, step: Step) -> None:
        if step.makes and self._find(step.makes, site, step.name) is not None:
            return
        path = step.path
        if step.refers:
            number = self._find(step.refers, site, step.name)
            if number is None:
                raise RefusedError(f"there is no {step.refers} {step.name!r}")
            path = path.replace(f"{{{step.refers}}}", str(number))
            if step.awaits and not self._allowed(step, number):
                return
        response = self._ask(step.who, step.method, path, step.body)
        if response.is_error and _failure(response).get("code") not in ALREADY:
            raise RefusedError(f"{step.method} {path}: {response.status_code} {response.text}")

    def _allowed(self, step: Step, claim: int) -> bool:
        """Waits until a claim allows the step; False when it was paid already."""
        deadline = time.monotonic() + AWAIT_SECONDS
        paid = "wage_paid" if step.awaits == "pay_wages" else "works_paid"
        while time.monotonic() < deadline:
            found = self.get(step.who, f"/claims/{claim}")
            if step.awaits in found["allowed_actions"] and found["evaluated_at"]:
                return True
            if Decimal(found[paid]) > 0:
                return False
            self._wait()
        raise RefusedError(f"claim {claim} never allowed {step.awaits}: it is {found['state']}")

    def _find(self, kind: str, site: str, name: str) -> int | None:
        if kind == "claim":
            rows, field = self.get("finance", f"/claims?project={site}"), "title"
        else:
            rows, field = self.get("inspector", f"/projects/{site}/hazards"), "description"
        return next((int(row["id"]) for row in rows if row[field] == name), None)

    def _ask(
        self, who: str, method: str, path: str, body: dict[str, Any] | None = None
    ) -> httpx.Response:
        """One request, repeated while the platform is not there or a session has ended."""
        told = False
        while True:
            try:
                response = self._session(who).request(method, path, json=body)
            except httpx.TransportError as error:
                if not told:
                    _log.info("waiting for the platform: %s", error)
                    told = True
                self._wait()
                continue
            if response.status_code == httpx.codes.UNAUTHORIZED:
                self._sign_out(who)
                self._wait()
            elif response.is_server_error or response.status_code == 429:
                _log.info("the platform answers %s to %s %s", response.status_code, method, path)
                self._wait()
            elif method == "GET" and response.is_error:
                raise RefusedError(f"GET {path}: {response.status_code} {response.text}")
            else:
                return response

    def _session(self, who: str) -> httpx.Client:
        with self._lock:
            if who not in self._sessions:
                client = httpx.Client(
                    base_url=self._api, headers={"X-Requested-With": "siteward"}, timeout=30
                )
                password = self._passwords.get(who, DEMO_PASSWORD)
                body = {"username": who, "password": password}
                answer = client.post("/session", json=body)
                if answer.status_code in (401, 403, 422):
                    client.close()
                    raise RefusedError(f"sign-in of {who}: {answer.status_code} {answer.text}")
                if not answer.is_success:
                    client.close()
                    raise httpx.TransportError(f"sign-in of {who}: {answer.status_code}")
                self._sessions[who] = client
            return self._sessions[who]

    def _sign_out(self, who: str) -> None:
        with self._lock:
            if (client := self._sessions.pop(who, None)) is not None:
                client.close()

    def _wait(self) -> None:
        if self._stop.wait(RETRY_SECONDS):
            raise StoppedError


def _failure(response: httpx.Response) -> dict[str, Any]:
    try:
        found = response.json()
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
