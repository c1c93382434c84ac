"""The demo refuses to start wrongly, and goes on where it stopped."""

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from siteward_simulators.demo import plan as plans
from siteward_simulators.demo.plan import Plan, PlanError, environment, prepare, services
from siteward_simulators.world.scenario_file import SCENARIOS, load_scenarios
from tests.servers import free_port

SITES = load_scenarios(SCENARIOS)


def prepared(folder: Path, port: int | None = None, seed: int | None = None) -> Plan:
    return prepare(folder, port or free_port(), seed, 1, 7, SITES, rtsp=True)


def test_a_taken_port_is_said_with_another_to_try(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PlanError, match=f"port {port} is in use.*--port {port + 1}"):
            prepared(tmp_path / "data", port)
    assert not (tmp_path / "data").exists()


def test_the_command_says_it_in_one_line(tmp_path: Path) -> None:
    from siteward_simulators.demo.main import command

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(command, ["--port", port, "--data", str(tmp_path / "d")])
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: port {port} is in use")


def test_a_second_start_keeps_the_seed(tmp_path: Path) -> None:
    assert prepared(tmp_path, seed=11).seed == 11
    again = prepared(tmp_path)
    assert (again.seed, again.resumed) == (11, True)


def test_another_seed_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    prepared(tmp_path, seed=11)
    with pytest.raises(PlanError, match=r"holds a demo of seed 11.*leave --seed out"):
        prepared(tmp_path, seed=12)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text("[]", "utf-8")
    with pytest.raises(PlanError, match="another --data folder"):
        prepared(tmp_path)


def test_every_listener_has_a_port_of_its_own(tmp_path: Path) -> None:
    plan = prepared(tmp_path)
    ports = [plan.port, plan.mqtt_port, plan.ports.http, plan.ports.rtsp]
    ports += [*plan.ports.hj212.values(), *plan.ports.modbus.values()]
    assert len(set(ports)) == len(ports)
    assert set(plan.ports.hj212) == {s.site for s in SITES if s.dust_box}
    assert set(plan.ports.modbus) == {f"{s.site}/{s.crane.id}" for s in SITES if s.crane}


def test_children_are_the_production_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "broker_command", lambda folder, port: ["broker", str(port)])
    children = services(prepared(tmp_path))
    assert [c.name for c in children] == ["broker", "ingest", "worker", "api", "simulate"]
    assert all(c.command[2:3] == ["siteward_cli"] for c in children[1:])


def test_a_stray_setting_of_the_shell_does_not_reach_the_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITEWARD_DATABASE_URL", "postgresql://production")
    ingest = services(prepared(tmp_path))[1]
    assert "production" not in str(environment(ingest))
