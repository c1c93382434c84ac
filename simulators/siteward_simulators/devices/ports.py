"""Where the simulated devices are found, agreed between the demo, the devices and the edge."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DevicePorts:
    """TCP ports on loopback.

    Attributes:
        http: One server has every camera: ``http://127.0.0.1:{http}/{site}/{device}.ts``.
        rtsp: ``rtsp://127.0.0.1:{rtsp}/{site}/{device}``; None where there is no RTSP server.
        hj212: Site to the port where its edge agent listens for dust and noise boxes.
        modbus: ``site/device`` to the port of that crane's Modbus TCP server.
    """

    http: int
    rtsp: int | None
    hj212: dict[str, int]
    modbus: dict[str, int]

    def camera_url(self, site: str, device: str) -> str:
        """Where an agent opens a camera: RTSP when it is served, else MPEG-TS over HTTP."""
        if self.rtsp is not None:
            return f"rtsp://127.0.0.1:{self.rtsp}/{site}/{device}"
        return f"http://127.0.0.1:{self.http}/{site}/{device}.ts"

    def clock_url(self, site: str, device: str) -> str:
        """Where a camera's own clock is asked: the RTSP server has the machine's."""
        return f"http://127.0.0.1:{self.http}/{site}/{device}.ts"


def read_ports(file: Path) -> DevicePorts:
    """Reads what ``write_ports`` wrote.

    Raises:
        ValueError: The file is not such a JSON object; the text says what is wrong.
    """
    try:
        return DevicePorts(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(
            f"{file}: {error}; give the file the demo wrote: "
            '{"http": int, "rtsp": int or null, "hj212": {site: int}, "modbus": {"site/device": int}}'
        ) from error


def write_ports(ports: DevicePorts, file: Path) -> None:
    """Writes the ports as JSON."""
    file.write_text(json.dumps(asdict(ports), indent=1), encoding="utf-8")
