"""Enrols the demo's agents: each makes its own key, the administrator accepts it."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import httpx

from siteward_simulators.demo.plan import siteward

_KEY: Final = re.compile(r"^public key\s+([0-9a-f]{64})$", re.MULTILINE)
_REASON: Final = "演示环境自动注册 enrolled by the demo"


class EnrolmentError(Exception):
    """An agent got no key, or the platform did not accept it."""


def public_key(config: Path) -> str:
    """The public key of an agent, made now unless it has one.

    Raises:
        EnrolmentError: Neither could be done; the text is what the command said.
    """
    for options in (["--show"], []):
        done = subprocess.run(
            siteward("edge", "enrol", str(config), *options),
            capture_output=True,
            text=True,
            check=False,
        )
        found = _KEY.search(done.stdout)
        if found:
            return found[1]
    raise EnrolmentError(f"{config.name}: no key could be made:\n{done.stderr}")


def accept_keys(url: str, password: str, keys: Mapping[tuple[str, str], str]) -> None:
    """Accepts agents' keys as the administrator; those accepted before stay so.

    Args:
        url: The platform's address.
        password: Of the account ``admin``.
        keys: Project and agent to public key.

    Raises:
        EnrolmentError: The platform refuses, in its words.
    """
    header = {"X-Requested-With": "siteward"}
    with httpx.Client(base_url=f"{url}/api/v1", headers=header, timeout=30) as client:
        try:
            person = {"username": "admin", "password": password}
            client.post("/session", json=person).raise_for_status()
            for (project, agent), key in keys.items():
                body = {"state": "accepted", "reason": _REASON}
                path = f"/projects/{project}/agents/{agent}/keys/{key}"
                client.put(path, json=body).raise_for_status()
        except httpx.HTTPStatusError as error:
            raise EnrolmentError(f"{error}: {error.response.text}") from error
        except httpx.TransportError as error:
            raise EnrolmentError(f"{url} does not answer: {error}") from error
