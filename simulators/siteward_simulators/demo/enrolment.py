"""Enrols the demo's agents: each makes its own key, the administrator accepts it."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import httpx

from siteward_simulators.demo.plan import siteward
from siteward_simulators.devices.edge_config import key_file

_KEY: Final = re.compile(r"^(\S+)/(\S+): .*\npublic key\s+([0-9a-f]{64})$", re.MULTILINE)
_REASON: Final = "演示环境自动注册 enrolled by the demo"

Keys = Mapping[tuple[str, str], str]
"""Project and agent to public key."""


class EnrolmentError(Exception):
    """An agent got no key, or the platform did not accept it."""


def public_keys(configs: Mapping[str, Path], folder: Path) -> Keys:
    """The public keys of agents, made now unless they have one.

    Args:
        configs: Site to its agent's file.
        folder: Where the agents keep their keys.

    Raises:
        EnrolmentError: One could not be made; the text is what the command said.
    """
    new = [str(file) for site, file in configs.items() if not key_file(folder, site).exists()]
    known = [str(file) for file in configs.values() if str(file) not in new]
    said = _enrol("--show", *known) if known else ""
    said += _enrol(*new) if new else ""
    return {(site, agent): key for site, agent, key in _KEY.findall(said)}


def _enrol(*arguments: str) -> str:
    command = siteward("edge", "enrol", *arguments)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EnrolmentError(f"no key could be made:\n{done.stderr}")
    return done.stdout


def accept_keys(url: str, password: str, keys: Keys) -> None:
    """Accepts agents' keys as the administrator; those accepted before stay so.

    Args:
        url: The platform's address.
        password: Of the account ``admin``.
        keys: What to accept.

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
