"""The demo's agents have keys of their own, made once."""

from pathlib import Path

import pytest

from siteward_simulators.demo.enrolment import EnrolmentError, accept_keys, public_keys
from siteward_simulators.devices.edge_config import key_file, write_edge_configs
from siteward_simulators.devices.ports import DevicePorts
from siteward_simulators.world.scenario_file import load_scenarios
from tests.servers import free_port


def test_keys_are_made_once_and_found_again(tmp_path: Path) -> None:
    sites = load_scenarios()
    ports = DevicePorts(
        http=1, rtsp=None, hj212={s.site: 2 for s in sites},
        modbus={f"{s.site}/{s.crane.id}": 3 for s in sites if s.crane},
    )  # fmt: skip
    configs = write_edge_configs(sites, ports, "mqtt://127.0.0.1:1", tmp_path)
    made = public_keys(configs, tmp_path)
    assert set(made) == {(s.site, s.agent) for s in sites}
    assert len(set(made.values())) == len(sites)
    key_file(tmp_path, sites[0].site).unlink()
    again = public_keys(configs, tmp_path)
    changed = {where for where in made if made[where] != again[where]}
    assert changed == {(sites[0].site, sites[0].agent)}


def test_a_platform_that_does_not_answer_is_said_in_words() -> None:
    with pytest.raises(EnrolmentError, match="does not answer"):
        accept_keys(f"http://127.0.0.1:{free_port()}", "x", {})
