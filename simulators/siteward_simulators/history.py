"""What an honest edge agent would have sent in the past: messages, oldest first.

Blocks of six hours, as an outbox would replay them. Ids come from the seed, so a repeat is
recognised as a duplicate. Dust and noise are sampled evenly, so that means over a window are
means over time; the crane more closely around anything wrong, so that nothing hides between
two samples.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from siteward_contracts.framing import pack
from siteward_contracts.messages import (
    Detection,
    EvidenceHeader,
    EvidenceStatement,
    Message,
    Model,
    Progress,
    Sample,
    Telemetry,
)
from siteward_contracts.signatures import public_key, sign
from siteward_contracts.topics import Kind, Topic
from siteward_simulators.world.chance import seed_of, unit
from siteward_simulators.world.hazards import Episode
from siteward_simulators.world.scenario import Zone
from siteward_simulators.world.state import Air, Crane, Weather
from siteward_simulators.world.world import World

BLOCK: Final = timedelta(hours=6)
CAMERA_EVERY: Final = timedelta(minutes=10)
DUST_EVERY: Final = timedelta(minutes=10)
WEATHER_EVERY: Final = timedelta(minutes=30)
"""Of a dust box's readings that no limit looks at."""
CRANE_EVERY: Final = timedelta(minutes=10)
CRANE_IDLE_EVERY: Final = timedelta(minutes=30)
CLOSE_EVERY: Final = timedelta(minutes=2)
"""Around anything wrong with the crane."""
MARGIN: Final = timedelta(minutes=16)
"""How far around an episode samples are close."""
CAMERA_FPS: Final = 8.0
MODEL: Final = Model(name="rendered-scene", version="1")
METHOD: Final = "material-bands"
MEASURING_HOURS: Final = (15, 14, 16, 13, 11, 10, 9)
"""Shanghai hours at which progress is measured: the first at which the camera sees."""
PICTURES: Final = timedelta(days=14)
"""Pictures are made of detections this long before the first start; older ones would only
cost time."""
FAULT_KINDS: Final = {
    "camera_black": "camera_blind",
    "camera_covered": "camera_blind",
    "camera_frozen": "camera_blind",
    "camera_flicker": "camera_flicker",
    "camera_blurred": "camera_blurred",
    "camera_clock": "camera_clock",
    "camera_offline": "camera_offline",
    "camera_moved": "camera_moved",
}
"""What an agent calls a camera's fault."""

Snapshot = Callable[[World, str, datetime], bytes]
"""Renders what a camera saw at an instant, as a JPEG."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready to publish, and the instant it is about."""

    topic: str
    payload: bytes
    ts: datetime


def messages(
    world: World,
    start: datetime,
    end: datetime,
    snapshot: Snapshot | None = None,
    key: Ed25519PrivateKey | None = None,
) -> Iterator[Outgoing]:
    """Everything one site's agent would have sent about ``[start, end)``, block by block.

    Args:
        world: The site.
        start: First instant.
        end: First instant after.
        snapshot: Makes the pictures of recent detections; without it there is no evidence.
        key: The agent's own; without it the pictures are not signed.
    """
    begin = start
    while begin < end:
        until = min(begin + BLOCK, end)
        block = [*_telemetry(world, begin, until), *_progress(world, begin, until)]
        block += _detections(world, begin, until, snapshot, key)
        yield from sorted(block, key=lambda message: message.ts)
        begin = until


def message_id(ts: datetime, *parts: object) -> str:
    """A UUIDv7 whose random bits come from what the message is about."""
    digest = hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=10).hexdigest()
    stamp = f"{int(ts.timestamp() * 1000):012x}"
    return f"{stamp[:8]}-{stamp[8:]}-7{digest[:3]}-a{digest[3:6]}-{digest[6:18]}"


def _telemetry(world: World, start: datetime, end: datetime) -> Iterator[Outgoing]:
    site = world.scenario.site
    series: list[tuple[str, list[Sample]]] = [
        (camera.id, _camera_samples(world, camera.id, start, end))
        for camera in world.scenario.cameras
    ]
    if world.scenario.dust_box:
        series.append((world.scenario.dust_box.id, _dust_samples(world, start, end)))
    if world.scenario.crane:
        series.append((world.scenario.crane.id, _crane_samples(world, start, end)))
    for device, samples in series:
        if samples:
            first, last = samples[0].ts, samples[-1].ts
            name = message_id(last, world.seed, site, device, first)
            message = Telemetry(id=name, ts=last, samples=samples)
            yield _out(Topic(site, device, Kind.TELEMETRY), message)


def _camera_samples(world: World, camera: str, start: datetime, end: datetime) -> list[Sample]:
    samples = []
    for ts in grid(start, end, CAMERA_EVERY):
        sees = world.camera(camera, ts).sees
        people = world.people_count(camera, ts) if sees else 0
        readings = {
            "camera_ok": float(sees),
            "camera_fps": CAMERA_FPS if sees else 0.0,
            "people_count": float(people),
        }
        samples.append(Sample(ts=ts, readings=readings))
    return samples


def _dust_samples(world: World, start: datetime, end: datetime) -> list[Sample]:
    full = set(grid(start, end, WEATHER_EVERY))
    samples = []
    for ts in grid(start, end, DUST_EVERY):
        if (air := world.air(ts)) is not None:
            readings = air_readings(air)
            readings |= weather_readings(world.weather(ts)) if ts in full else {}
            samples.append(Sample(ts=ts, readings=readings))
    return samples


def air_readings(air: Air) -> dict[str, float]:
    """What a dust and noise box says of the air, as catalogue metrics."""
    return {
        "pm25": round(air.pm25, 1),
        "pm10": round(air.pm10, 1),
        "tsp": round(air.tsp, 1),
        "noise_laeq": round(air.noise, 1),
    }


def weather_readings(weather: Weather) -> dict[str, float]:
    """What it says of the weather."""
    return {
        "temperature": round(weather.temperature, 1),
        "humidity": round(weather.humidity, 1),
        "pressure": round(weather.pressure, 2),
        "wind_speed": round(weather.wind, 1),
        "wind_direction": round(weather.wind_direction),
    }


def _crane_samples(world: World, start: datetime, end: datetime) -> list[Sample]:
    close = _around(world, start, end, ("crane_wind", "crane_overmoment"))
    busy = [ts for ts in grid(start, end, CRANE_EVERY) if world.work(ts) > 0.3]
    samples = []
    for ts in sorted({*grid(start, end, CRANE_IDLE_EVERY), *busy, *close}):
        if (crane := world.crane(ts)) is not None:
            samples.append(Sample(ts=ts, readings=crane_readings(crane)))
    return samples


def crane_readings(crane: Crane) -> dict[str, float]:
    """What a crane's controller says, as catalogue metrics."""
    return {
        "crane_load": round(crane.load, 2),
        "crane_rated_load": round(crane.rated_load, 2),
        "crane_moment_pct": round(crane.moment_pct, 1),
        "crane_radius": round(crane.radius, 1),
        "crane_slew": round(crane.slew, 1),
        "crane_height": round(crane.height, 1),
        "crane_tilt": round(crane.tilt, 2),
        "crane_wind": round(crane.wind, 1),
        "crane_alarms": float(crane.alarms),
    }


def _progress(world: World, start: datetime, end: datetime) -> Iterator[Outgoing]:
    for ts in grid(start, end, timedelta(hours=1)):
        days = world.calendar.days(ts)
        noon = world.calendar.start(int(days // 1))
        for zone in world.scenario.zones:
            if ts == _measured_at(world, zone, noon):
                truth = world.zones(ts)[zone.id]
                wobble = unit(seed_of(world.seed, zone.id), int(ts.timestamp()))
                message = Progress(
                    id=message_id(ts, world.seed, world.scenario.site, zone.id),
                    ts=ts,
                    zone=zone.id,
                    state=truth.state,
                    percent=round(truth.percent, 2),
                    confidence=round(0.9 + 0.08 * wobble, 3),
                    coverage=round(0.93 + 0.06 * wobble, 3),
                    method=METHOD,
                )
                yield _out(Topic(world.scenario.site, zone.camera, Kind.PROGRESS), message)


def _measured_at(world: World, zone: Zone, midnight: datetime) -> datetime | None:
    """When the zone was measured that day; None when its camera was blind at every hour."""
    for hour in MEASURING_HOURS:
        ts = midnight + timedelta(hours=hour)
        if world.camera(zone.camera, ts).sees:
            return ts
    return None


def _detections(
    world: World,
    start: datetime,
    end: datetime,
    snapshot: Snapshot | None,
    key: Ed25519PrivateKey | None,
) -> Iterator[Outgoing]:
    for episode in world.episodes(start, end):
        kind = FAULT_KINDS.get(episode.kind, episode.kind)
        live = episode.start >= world.anchor  # whoever was down then did not see it
        if kind != "intrusion" and kind not in FAULT_KINDS.values():
            continue
        if kind == "intrusion" and live:
            continue
        for phase, ts in (("begin", episode.start), ("end", episode.end)):
            if start <= ts < end:
                yield from _phase(world, episode, kind, phase, ts, snapshot, key)


def _phase(
    world: World,
    episode: Episode,
    kind: str,
    phase: str,
    ts: datetime,
    snapshot: Snapshot | None,
    key: Ed25519PrivateKey | None,
) -> Iterator[Outgoing]:
    site, device = world.scenario.site, episode.device
    seen = ts + timedelta(seconds=1)
    evidence = None
    recent = ts >= world.anchor - PICTURES
    pictured = kind not in ("camera_offline", "camera_clock")
    if phase == "begin" and recent and pictured and snapshot is not None:
        picture = snapshot(world, device, seen)
        evidence = hashlib.sha256(picture).hexdigest()
        topic = Topic(site, device, Kind.EVIDENCE)
        statement = EvidenceStatement(
            sha256=evidence, site=site, device=device, ts=seen, kind=kind, zone=episode.zone,
            model=MODEL,
        )  # fmt: skip
        header = _header(message_id(ts, world.seed, site, device, "evidence"), statement, key)
        yield Outgoing(str(topic), pack(header, picture), seen)
    track = message_id(episode.start, world.seed, site, device, kind)
    message = Detection(
        id=message_id(ts, world.seed, site, device, kind, phase),
        ts=seen,
        kind=kind,
        phase="begin" if phase == "begin" else "end",
        confidence=round(0.86 + 0.12 * episode.level, 3),
        track=track,
        zone=episode.zone,
        box=_box(world, episode, seen),
        model=MODEL,
        evidence=evidence,
        first_seen=ts,
    )
    yield _out(Topic(site, device, Kind.DETECTION), message)


def _header(id: str, statement: EvidenceStatement, key: Ed25519PrivateKey | None) -> EvidenceHeader:
    header = EvidenceHeader(id=id, ts=statement.ts, sha256=statement.sha256)
    if key is None:
        return header
    text = msgspec.json.encode(statement).decode()
    return msgspec.structs.replace(
        header, statement=text, signature=sign(key, text), key=public_key(key)
    )


def _box(world: World, episode: Episode, ts: datetime) -> tuple[float, float, float, float]:
    """Around the intruder, from the feet up; the whole picture for a camera's own faults."""
    if episode.kind != "intrusion":
        return 0.0, 0.0, 1.0, 1.0
    intruder = world.people(episode.device, ts)[-1]
    tall = max(0.06, 0.4 * (intruder.y - 0.38) / 0.62)
    wide = tall * 0.24
    left, top = max(0.0, intruder.x - wide / 2), max(0.0, intruder.y - tall)
    return round(left, 4), round(top, 4), round(wide, 4), round(tall, 4)


def _around(world: World, start: datetime, end: datetime, kinds: tuple[str, ...]) -> set[datetime]:
    """Close instants of ``[start, end)`` around episodes of these kinds."""
    found: set[datetime] = set()
    for episode in world.episodes(start - MARGIN, end + MARGIN):
        if episode.kind in kinds:
            first, last = max(start, episode.start - MARGIN), min(end, episode.end + MARGIN)
            found.update(grid(first, last, CLOSE_EVERY))
    return found


def grid(start: datetime, end: datetime, every: timedelta) -> Iterator[datetime]:
    """Instants of ``[start, end)`` at whole multiples of ``every`` since 1970."""
    step = every.total_seconds()
    index = -int(-start.timestamp() // step)
    while (ts := datetime.fromtimestamp(index * step, UTC)) < end:
        yield ts
        index += 1


def _out(topic: Topic, message: Message) -> Outgoing:
    return Outgoing(str(topic), msgspec.json.encode(message), message.ts)
