"""The simulated devices as their neighbours meet them: pictures, packets, registers, files."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from pymodbus.client import AsyncModbusTcpClient

from siteward_contracts.scene_palette import MATERIALS
from siteward_edge.config.agent import load_config
from siteward_simulators.devices import hj212_box
from siteward_simulators.devices.backdrop import layers
from siteward_simulators.devices.crane import REGISTERS, SIZE, run_crane, words
from siteward_simulators.devices.edge_config import write_edge_configs
from siteward_simulators.devices.ports import DevicePorts, read_ports, write_ports
from siteward_simulators.devices.renderer import render
from siteward_simulators.snapshot import scene_of
from siteward_simulators.world.scenario_file import load_scenarios
from siteward_simulators.world.state import CameraTruth, Crane, SiteState
from siteward_simulators.world.world import World
from tests.servers import free_port

NOW = datetime(2026, 3, 11, 6, 30, tzinfo=UTC)
SCENARIOS = {s.site: s for s in load_scenarios()}
KINDERGARTEN = SCENARIOS["kindergarten"]
SCENE = scene_of(KINDERGARTEN, "cam-main", 960, 540)
CRANE = Crane(2.34, 4.0, 58.6, 35.2, -170.3, 25.0, -0.12, 6.4, 0x8000_0009)


@pytest.fixture(scope="module")
def state() -> SiteState:
    now = World(KINDERGARTEN, 7, NOW).at(NOW)
    return replace(now, crane=CRANE, cameras={"cam-main": CameraTruth("cam-main")})


def faulty(state: SiteState, fault: str, shift: tuple[float, float] = (0, 0)) -> SiteState:
    truth = CameraTruth("cam-main", fault, shift)  # type: ignore[arg-type]
    return replace(state, cameras={"cam-main": truth})


def test_a_band_in_work_grows_from_its_lower_edge() -> None:
    assert layers(("concrete", "sky"), ("concrete", "formwork"), 0.4) == [
        (0, 0, 1, "concrete"),
        (1, 1, 1.4, "formwork"),
        (1, 1.4, 2, "sky"),
    ]


def test_bands_that_change_together_turn_from_the_lowest_up() -> None:
    turned = layers(("concrete", "concrete"), ("brick", "brick"), 0.75)
    assert turned == [(0, 0, 1, "brick"), (1, 1, 1.5, "brick"), (1, 1.5, 2, "concrete")]


def test_pictures_of_two_moments_differ_by_what_moves_only(state: SiteState) -> None:
    first, later = render(state, SCENE, 10.0), render(state, SCENE, 11.0)
    assert first.shape == (540, 960, 3)
    assert not np.array_equal(first, later)
    assert np.abs(first.astype(int) - later).mean() < 8


def test_every_material_can_be_painted() -> None:
    used = {m for s in SCENARIOS.values() for z in s.zones for st in z.states for m in st.pattern}
    assert used <= MATERIALS.keys()


def test_a_black_or_covered_camera_shows_no_detail(state: SiteState) -> None:
    assert render(faulty(state, "black"), SCENE, 1.0).mean() < 8
    covered = render(faulty(state, "covered"), SCENE, 1.0)
    assert covered.std() < 0.4 * render(state, SCENE, 1.0).std()


def test_a_moved_camera_shows_the_picture_aside(state: SiteState) -> None:
    still, moved = render(state, SCENE, 1.0), render(faulty(state, "moved", (0.1, 0.0)), SCENE, 1.0)
    aside = np.abs(moved[100:, 96:].astype(int) - still[100:, :-96]).mean()
    assert aside < 6 < np.abs(moved[100:].astype(int) - still[100:]).mean()


def test_the_checksum_is_the_published_one() -> None:
    # examples of HJ 212-2017's annex, of a public test and the plain nine digits
    assert hj212_box.crc(b"123456789") == "2F80"
    annex = (
        b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;"
        b"Flag=5;CP=&&RtdInterval=30&&"
    )
    assert hj212_box.crc(annex) == "1C80"


def test_a_packet_is_the_reference_packet_byte_for_byte() -> None:
    sent = hj212_box.packet(
        "CN440103SITE0000000001A1",
        NOW,
        {
            "pm25": 58.2, "pm10": 131.0, "tsp": 245.6, "noise_laeq": 68.4, "wind_speed": 3.2,
            "wind_direction": 135, "temperature": 21.6, "humidity": 57.3, "pressure": 101.32,
        },
    )  # fmt: skip
    assert sent.startswith(b"##0375QN=20260311143000000;ST=39;CN=2011;PW=123456;MN=CN440103SITE")
    assert sent.endswith(b"a01006-Rtd=101.320,a01006-Flag=N&&EF41\r\n")


def test_a_sensor_fault_is_flagged_and_a_spoilt_packet_fails_its_checksum() -> None:
    good = hj212_box.packet("MN1", NOW, {"pm10": 0.0, "noise_laeq": 71.3}, {"pm10": "D"})
    assert b"a34002-Rtd=0.0,a34002-Flag=D;LA-Rtd=71.3,LA-Flag=N" in good
    bad = hj212_box.spoilt(good)
    segment, checksum = bad[6:-6], bad[-6:-2].decode()
    assert len(bad) == len(good) and hj212_box.crc(segment) != checksum


def test_a_box_finds_its_listener_again(state: SiteState, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> list[bytes]:
        got: list[bytes] = []
        port = free_port()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            got.append(await reader.readuntil(b"\r\n"))
            writer.close()

        box = asyncio.create_task(hj212_box.run_box("MN1", port, lambda: state, lambda: NOW))
        await asyncio.sleep(0.1)  # nobody listens yet
        server = await asyncio.start_server(serve, "127.0.0.1", port)
        while len(got) < 2:
            await asyncio.sleep(0.05)
        box.cancel()
        await asyncio.gather(box, return_exceptions=True)
        server.close()
        return got

    monkeypatch.setattr(hj212_box, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(hj212_box, "PERIOD", hj212_box.PERIOD / 100)
    packets = asyncio.run(asyncio.wait_for(scenario(), 20))
    assert all(re.fullmatch(rb"##\d{4}QN=\d{17};ST=39;.*&&[0-9A-F]{4}\r\n", p) for p in packets)


def test_registers_say_what_the_crane_does_and_stay_in_range() -> None:
    table = words(CRANE)
    assert table[0:4] == [234, 400, 586, 352]
    assert table[4] == 65536 - 1703 and table[6] == 65536 - 12
    assert (table[8] << 16) | table[9] == 0x8000_0009
    assert words(replace(CRANE, load=9999.0))[0] == 65535
    assert max(r.address for r in REGISTERS) + 2 == SIZE


def test_a_modbus_client_reads_the_crane(state: SiteState) -> None:
    async def read() -> list[int]:
        port = free_port()
        serving = asyncio.create_task(run_crane(port, lambda: state))
        client = AsyncModbusTcpClient("127.0.0.1", port=port, reconnect_delay=0.05)
        while not await client.connect():
            await asyncio.sleep(0.05)
        answer = await client.read_holding_registers(0, count=SIZE, device_id=1)
        client.close()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        return list(answer.registers)

    assert asyncio.run(asyncio.wait_for(read(), 20)) == words(CRANE)


def test_the_agents_files_are_sound(tmp_path: Path) -> None:
    sites = list(SCENARIOS.values())
    ports = DevicePorts(
        http=8100,
        rtsp=None,
        hj212={s.site: 9000 + i for i, s in enumerate(sites)},
        modbus={f"{s.site}/{s.crane.id}": 9100 + i for i, s in enumerate(sites) if s.crane},
    )
    files = write_edge_configs(sites, ports, "mqtt://127.0.0.1:1883", tmp_path / "edge")
    assert set(files) == set(SCENARIOS)
    for site, file in files.items():
        config = load_config(file)
        assert config.site == site
        assert [c.device for c in config.cameras] == [c.id for c in SCENARIOS[site].cameras]
        assert config.cameras[0].url.startswith("http://127.0.0.1:8100/")
        assert len(config.cameras[0].zones) == len(
            SCENARIOS[site].zones_of(config.cameras[0].device)
        )
        assert bool(config.modbus) == (SCENARIOS[site].crane is not None)


def test_ports_survive_their_file_and_a_wrong_file_is_explained(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    ports = DevicePorts(8100, 8554, {"road": 9000}, {"road/crane-1": 9100})
    write_ports(ports, file)
    assert read_ports(file) == ports
    assert ports.camera_url("road", "cam-1") == "rtsp://127.0.0.1:8554/road/cam-1"
    file.write_text('{"http": 1}', "utf-8")
    with pytest.raises(ValueError, match=r"ports\.json.*the file the demo wrote"):
        read_ports(file)
