"""Writes the wire contract down: JSON Schemas, an AsyncAPI document and golden messages.

``python -m siteward_contracts.wire_files contracts/wire`` writes the files; a test compares
them with the code, so that a change of the contract is a change somebody sees.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from siteward_contracts.framing import pack
from siteward_contracts.messages import (
    AgentConfig,
    CameraStatus,
    Command,
    Detection,
    EvidenceHeader,
    FrameBox,
    FrameHeader,
    Health,
    Message,
    Model,
    Progress,
    Sample,
    SensorStatus,
    Statistic,
    Status,
    Telemetry,
)
from siteward_contracts.topics import SLUG_PATTERN, Kind

MESSAGES: Final[dict[Kind, type[Message]]] = {
    Kind.TELEMETRY: Telemetry,
    Kind.DETECTION: Detection,
    Kind.PROGRESS: Progress,
    Kind.EVIDENCE: EvidenceHeader,
    Kind.STATUS: Status,
    Kind.FRAME: FrameHeader,
    Kind.COMMAND: Command,
    Kind.CONFIG: AgentConfig,
}
PICTURES: Final = (Kind.EVIDENCE, Kind.FRAME)
"""Kinds whose payload is a JSON header line followed by a JPEG."""

_AT: Final = datetime(2026, 3, 11, 6, 30, tzinfo=UTC)
_MODEL: Final = Model(name="yolox-nano", version="0.1.1", sha256="a" * 64)
_SHA: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

GOLDEN: Final[dict[Kind, Message]] = {
    Kind.TELEMETRY: Telemetry(
        id="019cdc1e-0000-7000-8000-000000000001",
        ts=_AT,
        samples=[
            Sample(ts=_AT, readings={"pm10": 131.0, "noise_laeq": 68.4}, flags={"pm25": "D"}),
            Sample(
                ts=_AT,
                readings={},
                period="minute",
                statistics={"pm10": Statistic(avg=127.4, min=118.0, max=139.2)},
            ),
        ],
    ),
    Kind.DETECTION: Detection(
        id="019cdc1e-0000-7000-8000-000000000002",
        ts=_AT,
        kind="intrusion",
        confidence=0.91,
        track="cam-1/pit-edge/17",
        zone="pit-edge",
        box=(0.41, 0.52, 0.06, 0.17),
        model=_MODEL,
        evidence=_SHA,
        first_seen=_AT,
    ),
    Kind.PROGRESS: Progress(
        id="019cdc1e-0000-7000-8000-000000000003",
        ts=_AT,
        zone="main-building",
        state="s2_formwork",
        percent=36.67,
        confidence=0.93,
        coverage=0.98,
        method="material-bands",
        evidence=_SHA,
    ),
    Kind.EVIDENCE: EvidenceHeader(id="019cdc1e-0000-7000-8000-000000000004", ts=_AT, sha256=_SHA),
    Kind.STATUS: Status(
        id="019cdc1e-0000-7000-8000-000000000005",
        ts=_AT,
        online=True,
        agent="0.1.0",
        outbox=3,
        clock_offset=0.012,
        cameras=[CameraStatus(device="cam-1", health=Health.OK, fps=5.0, since=_AT, last_good=_AT)],
        sensors=[SensorStatus(device="dust-1", ok=True, since=_AT, last_reading=_AT)],
    ),
    Kind.FRAME: FrameHeader(
        id="019cdc1e-0000-7000-8000-000000000006",
        ts=_AT,
        width=960,
        height=540,
        boxes=[FrameBox(kind="intrusion", box=(0.41, 0.52, 0.06, 0.17), confidence=0.91)],
    ),
    Kind.COMMAND: Command(
        id="019cdc1e-0000-7000-8000-000000000007", ts=_AT, action="watch", seconds=30, fps=5
    ),
    Kind.CONFIG: AgentConfig(
        id="019cdc1e-0000-7000-8000-000000000008",
        ts=_AT,
        version=3,
        cameras={
            "cam-1": {
                "danger_zones": [
                    {"id": "pit-edge", "polygon": [[0.1, 0.8], [0.4, 0.78], [0.42, 0.95]]}
                ]
            }
        },
    ),
}


def files() -> dict[str, bytes]:
    """Every generated file: name to content."""
    result = {"asyncapi.yaml": _yaml(asyncapi())}
    for kind, message in MESSAGES.items():
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **_schema(message)}
        result[f"{kind}.schema.json"] = _pretty(schema)
    for kind, golden in GOLDEN.items():
        if kind in PICTURES:
            result[f"golden/{kind}.v1.bin"] = pack(golden, b"\xff\xd8 a JPEG \xff\xd9")
        else:
            result[f"golden/{kind}.v1.json"] = _pretty(msgspec.to_builtins(golden))
    return result


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0 document of the MQTT side."""
    _, components = msgspec.json.schema_components(
        MESSAGES.values(), ref_template="#/components/schemas/{name}"
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Siteward wire contract",
            "version": "1.0.0",
            "description": (
                "Everything but frames travels at QoS 1; status and config are retained. Every "
                "message carries a UUIDv7 `id` (the dedupe key), `ts` (when it was observed, RFC 3339) "
                "and `v` 1. Readers ignore unknown fields. Evidence and frames are one line of "
                "JSON, a newline, then the JPEG."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "channels": {str(kind): _channel(kind) for kind in MESSAGES},
        "operations": {
            f"{_verb(kind)}_{kind}": {
                "action": _verb(kind),
                "channel": {"$ref": f"#/channels/{kind}"},
                "summary": (MESSAGES[kind].__doc__ or "").split("\n", maxsplit=1)[0],
                "bindings": {
                    "mqtt": {
                        "qos": 0 if kind is Kind.FRAME else 1,
                        "retain": kind in (Kind.STATUS, Kind.CONFIG),
                        "bindingVersion": "0.2.0",
                    }
                },
            }
            for kind in MESSAGES
        },
        "components": {
            "messages": {
                str(kind): {
                    "name": str(kind),
                    "contentType": (
                        "application/octet-stream" if kind in PICTURES else "application/json"
                    ),
                    "payload": {"$ref": f"#/components/schemas/{message.__name__}"},
                }
                for kind, message in MESSAGES.items()
            },
            "schemas": components,
        },
    }


def _verb(kind: Kind) -> str:
    return "receive" if kind in (Kind.COMMAND, Kind.CONFIG) else "send"


def _channel(kind: Kind) -> dict[str, Any]:
    slug = f"Slug matching `{SLUG_PATTERN}`."
    return {
        "address": f"siteward/v1/{{site}}/{{device}}/{kind}",
        "messages": {str(kind): {"$ref": f"#/components/messages/{kind}"}},
        "parameters": {
            "site": {"description": f"The site, equal to its project's id. {slug}"},
            "device": {"description": f"The device within the site. {slug}"},
        },
    }


def _schema(message: type[Message]) -> dict[str, Any]:
    return msgspec.json.schema(message)


def _pretty(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def _yaml(value: object) -> bytes:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100).encode()


def main(folder: Path) -> None:
    """Writes all files below a folder and removes those no longer generated."""
    generated = files()
    for name, content in generated.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    for stale in folder.rglob("*.*"):
        if str(stale.relative_to(folder)) not in generated:
            stale.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
