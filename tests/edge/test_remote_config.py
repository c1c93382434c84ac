"""What an agent makes of the settings the platform sends, without any broker."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from siteward_contracts.messages import AgentConfig
from siteward_edge.applied_settings import KEY, AppliedSettings
from siteward_edge.config.agent import EdgeConfig
from siteward_edge.config.camera import Camera
from siteward_edge.delivery.outbox import Outbox
from siteward_edge.remote_config import ONLY_FILE, REMOTE, Kept, decide, restored
from siteward_edge.vision.ports import ModelError
from tests.edge.evidence.test_snapshot import NOW

SQUARE = [[0.1, 0.1], [0.5, 0.1], [0.5, 0.5]]
PIT = {"danger_zones": [{"id": "pit", "polygon": SQUARE}]}


def file(**camera: Any) -> EdgeConfig:
    first = {"device": "cam", "url": "rtsp://u:p@h/1", "detector": {"kind": "rendered_scene"}}
    second = {**first, "device": "cam-2"}
    return EdgeConfig.model_validate(
        {
            "site": "school", "mqtt": "mqtt://h", "outbox": {"path": "o.db"},
            "cameras": [{**first, **camera}, second],
        }
    )  # fmt: skip


def sent(version: int, **cameras: dict[str, Any]) -> AgentConfig:
    named = {name.replace("_", "-"): settings for name, settings in cameras.items()}
    return AgentConfig(id="x" * 16, ts=NOW, version=version, cameras=named)


def test_settings_replace_those_of_the_file_one_by_one_and_leave_the_rest() -> None:
    config = file(
        mask=[SQUARE], confirm={"frames": 2, "of": 4}, danger_zones=[{"id": "a", "polygon": SQUARE}]
    )
    decision = decide(config, Kept(), sent(1, cam={**PIT, "confirm": {"of": 9}}))
    assert decision is not None
    assert decision.cameras is not None
    changed, other = decision.cameras
    assert [zone.id for zone in changed.danger_zones] == ["pit"], "lists are replaced whole"
    assert (changed.confirm.frames, changed.confirm.of) == (2, 9), "sections keep what is not said"
    assert changed.mask == config.cameras[0].mask
    assert other == config.cameras[1]
    assert decision.kept.state is not None
    assert (decision.kept.state.version, decision.kept.state.applied) == (1, True)


def test_what_is_not_newer_is_no_news_whether_it_was_taken_or_refused() -> None:
    config = file()
    for settings in (PIT, {"fps": -1}):
        decision = decide(config, Kept(), sent(5, cam=settings))
        assert decision is not None
        assert decide(config, decision.kept, sent(5, cam=PIT)) is None
        assert decide(config, decision.kept, sent(4, cam=PIT)) is None
        assert decide(config, decision.kept, sent(6, cam=PIT)) is not None


def test_wrong_settings_are_refused_with_every_reason_and_what_was_in_force_stays() -> None:
    config = file()
    taken = decide(config, Kept(), sent(1, cam=PIT))
    assert taken is not None
    wrong = {"danger_zones": [{"id": "p", "polygon": [[0, 0], [1, 1]]}], "fps": 99, "nonsense": 1}
    refused = decide(config, taken.kept, sent(2, cam=wrong, cam_9=PIT))
    assert refused is not None
    assert refused.cameras is None
    assert refused.kept.settings == taken.kept.settings
    found = "\n".join(refused.kept.problems)
    assert "cam-9: this agent has no such camera; it has cam, cam-2" in found
    assert "cam: danger_zones[0].polygon: a polygon needs at least 3 points" in found
    assert "cam: fps: Input should be less than or equal to 30" in found
    assert "cam: nonsense: Extra inputs are not permitted" in found
    assert len(refused.kept.problems) == 4
    back = restored(config, refused.kept)
    assert back.cameras == taken.cameras, "also after a restart"
    assert back.kept.state is not None
    assert not back.kept.state.applied


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "rtsp://elsewhere/1"},
        {"mask": []},
        {"device": "other"},
        {"reference": "/etc/passwd"},
        {"detector": {"kind": "rendered_scene"}},
        {"detector": {"model": "another"}},
        {"health": {"stall_seconds": 3600}},
        {"health": {"clock_url": "http://192.0.2.7/"}},
        {"presets": [{"id": "a", "reference": "/etc/passwd"}]},
    ],
)
def test_what_a_camera_opens_and_hides_can_only_be_said_in_the_file(
    settings: dict[str, Any],
) -> None:
    decision = decide(file(), Kept(), sent(1, cam=settings))
    assert decision is not None
    assert decision.cameras is None
    assert any("can only be changed in the agent's file" in p for p in decision.kept.problems)


def test_whatever_a_camera_may_be_told_is_either_remote_or_known_to_be_local() -> None:
    # A new setting is local until somebody decides otherwise; this is where they are told.
    local = {"device", "url", "transport", "reference", "presets", "classifier", "mask"}
    assert set(Camera.model_fields) - REMOTE == local
    assert set(ONLY_FILE) <= REMOTE <= set(Camera.model_fields)


def test_nothing_that_can_be_set_from_afar_names_a_file_an_address_or_a_model() -> None:
    schema = Camera.model_json_schema()

    def places(node: dict[str, Any], where: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if "$ref" in node:
            node = schema["$defs"][node["$ref"].rpartition("/")[2]]
        if node.get("format") == "path" or (where and where[-1].endswith(("url", "model"))):
            yield where
        for name, child in node.get("properties", {}).items():
            yield from places(child, (*where, name))
        for choice in ("anyOf", "oneOf", "allOf"):
            for child in node.get(choice, []):
                yield from places(child, where)
        if isinstance(node.get("items"), dict):
            yield from places(node["items"], where)

    found = set(places(schema, ()))
    assert ("url",) in found, "it does look"
    remote = {place for place in found if place[0] in REMOTE}
    assert {(name, part) for name, parts in ONLY_FILE.items() for part in parts} >= remote


def test_a_file_changed_meanwhile_counts_where_the_settings_no_longer_fit_it() -> None:
    kept = Kept(version=3, settings={"gone": PIT})
    config = file()
    decision = restored(config, kept)
    assert decision.cameras == config.cameras
    assert decision.kept.state is not None
    assert not decision.kept.state.applied
    assert "gone: this agent has no such camera" in decision.kept.problems[0]


class Agent:
    """The settings of an agent that is restarted over the same outbox file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.changed: list[str] = []
        self.start()

    def start(self) -> None:
        self.outbox = Outbox(self.folder / "outbox.db", 10**6)
        self.settings = AppliedSettings(file(), self.outbox)

    def restart(self) -> None:
        self.outbox.close()
        self.start()

    def hear(self, message: AgentConfig) -> None:
        self.settings.take(
            msgspec.json.encode(message), lambda cs: self.changed.extend(c.device for c in cs)
        )


def test_what_was_in_force_is_in_force_after_a_restart(tmp_path: Path) -> None:
    agent = Agent(tmp_path)
    assert agent.settings.state is None
    agent.hear(sent(1, cam=PIT))
    assert agent.changed == ["cam"], "the other camera is left alone"
    agent.hear(sent(2, cam=PIT, cam_2=PIT))
    assert agent.changed == ["cam", "cam-2"]
    before = agent.settings.cameras
    agent.restart()
    assert agent.settings.cameras == before
    agent.hear(sent(2, cam=PIT, cam_2=PIT))  # the broker keeps it and sends it again
    assert agent.changed == ["cam", "cam-2"]
    agent.hear(sent(3))
    assert agent.settings.cameras == file().cameras, "nothing set: the file alone"
    agent.outbox.close()


def test_settings_nobody_can_read_are_counted_and_change_nothing(tmp_path: Path) -> None:
    agent = Agent(tmp_path)
    agent.settings.take(b"{", lambda _: pytest.fail("changed"))
    agent.settings.take(b'{"version": 0}', lambda _: pytest.fail("changed"))
    assert agent.outbox.counts()["bad_settings"] == 2
    assert agent.settings.state is None
    agent.outbox.close()


def test_settings_whose_model_cannot_be_opened_are_refused(tmp_path: Path) -> None:
    agent = Agent(tmp_path)

    def fail(_: object) -> None:
        raise ModelError("cam: model.onnx is not there")

    agent.settings.take(msgspec.json.encode(sent(1, cam=PIT)), fail)
    assert agent.settings.state is not None
    assert agent.settings.state.problems == ["cam: model.onnx is not there"]
    assert agent.settings.cameras == file().cameras
    stored = msgspec.json.decode(agent.outbox.recall(KEY) or "", type=Kept)
    assert (stored.version, stored.settings) == (1, {})
    agent.outbox.close()
