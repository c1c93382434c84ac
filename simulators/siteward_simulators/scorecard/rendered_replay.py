"""Sends pictures through ``siteward edge replay`` and hears what the agent says of them."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import msgspec

from siteward_contracts.messages import Detection, Progress
from siteward_contracts.topics import Kind, parse_topic
from siteward_simulators.scorecard.rendered_streams import Shot, packet_body


class ReplayError(Exception):
    """The agent's replay failed; the text is its own last words."""


class _Line(msgspec.Struct):
    topic: str
    message: msgspec.Raw


@dataclass(slots=True)
class Heard:
    """What was said of one stream."""

    detections: list[Detection] = field(default_factory=list)
    progress: list[Progress] = field(default_factory=list)


def replayed(config: Path, device: str, shots: Iterable[Shot], seen: Callable[[], object]) -> Heard:
    """What the agent says of a stream of pictures.

    Args:
        config: The agent's file.
        device: Which of its cameras.
        shots: In order.
        seen: Called for each.

    Raises:
        ReplayError: The agent refused them.
    """
    command = [sys.executable, "-m", "siteward_cli", "edge", "replay"]
    with subprocess.Popen(
        [*command, str(config), "--camera", device, "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        heard, complaints = Heard(), list[bytes]()
        ears = [
            threading.Thread(target=_hear, args=(process.stdout, heard)),
            threading.Thread(target=lambda err: complaints.extend(err), args=(process.stderr,)),
        ]
        for ear in ears:
            ear.start()
        try:
            for shot in shots:
                process.stdin.write(_packet(shot))
                seen()
            process.stdin.close()
        except BrokenPipeError:
            pass  # it says why below
        except BaseException:
            process.kill()
            raise
        for ear in ears:
            ear.join()
    if process.returncode:
        words = b"".join(complaints).decode(errors="replace").strip()
        raise ReplayError(f"siteward edge replay {config} --camera {device}: {words[-2000:]}")
    return heard


def _packet(shot: Shot) -> bytes:
    header = {"ts": shot.ts.isoformat()}
    if shot.clock_offset is not None:
        header |= {"clock_offset": shot.clock_offset}  # type: ignore[dict-item]
    payload = json.dumps(header).encode() + b"\n" + packet_body(shot.picture)
    return len(payload).to_bytes(4, "big") + payload


def _hear(stdout: IO[bytes], heard: Heard) -> None:
    for text in stdout:
        line = msgspec.json.decode(text, type=_Line)
        kind = parse_topic(line.topic).kind
        if kind is Kind.DETECTION:
            heard.detections.append(msgspec.json.decode(line.message, type=Detection))
        elif kind is Kind.PROGRESS:
            heard.progress.append(msgspec.json.decode(line.message, type=Progress))
