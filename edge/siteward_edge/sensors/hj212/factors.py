"""What the factors of HJ 212 mean in the catalogue's metrics and units. Pure.

Codes follow the project's domain reference, section 3.7. Values are taken to be in the
metric's unit unless the box's unit map says otherwise: the standard's ng/m³ is what few send.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from siteward_contracts.messages import Statistic
from siteward_edge.config.hj212 import FactorMap, Hj212Device
from siteward_edge.sensors.hj212.packet import PERIODS, REAL_TIME, STATE, Contents, Packet
from siteward_edge.sensors.measured import Measured
from siteward_edge.sensors.quality import plausible

USUAL_FACTORS: Final[Mapping[str, str]] = {
    "a34001": "tsp",
    "a34002": "pm10",
    "a34004": "pm25",
    "a01001": "temperature",
    "a01002": "humidity",
    "a01006": "pressure",
    "a01007": "wind_speed",
    "a01008": "wind_direction",
    "LA": "noise_laeq",
    "Leq": "noise_laeq",
    "TSP": "tsp",
    "PM10": "pm10",
    "PM25": "pm25",
    "TEM": "temperature",
    "RH": "humidity",
    "WS": "wind_speed",
    "WD": "wind_direction",
    "NOIS": "noise_laeq",
}
"""Factor code to metric, old keys included."""

DATA_FLAGS: Final[Mapping[str, str]] = {
    "N": "normal",
    "F": "stopped",
    "M": "maintenance",
    "S": "set by hand",
    "D": "fault",
    "C": "calibration",
    "T": "out of range",
    "B": "link error",
}

RUNNING_STATES: Final[Mapping[str, str]] = {
    "0": "off",
    "1": "",
    "2": "being calibrated",
    "3": "under maintenance",
    "4": "in alarm",
    "5": "being blown back",
}
"""Values of ``-RS`` in a device state packet; empty where it measures."""

_ASPECTS: Final = {"Avg": "avg", "Min": "min", "Max": "max"}


def meaning(factor: str, units: Mapping[str, FactorMap]) -> FactorMap | None:
    """What a factor stands for; the box's unit map goes before the usual table."""
    if factor in units:
        return units[factor]
    name = USUAL_FACTORS.get(factor)
    return FactorMap(metric=name) if name else None


def measured(
    packet: Packet, contents: Contents, device: Hj212Device, now: datetime, raw: bytes, name: str
) -> Measured:
    """Turns a data packet into what its box measured.

    Args:
        packet: With a command of 2000 to 2999.
        contents: Of its data region.
        device: The box.
        now: The time of packets that say none.
        raw: The packet as it came.
        name: Id of the message that comes of it.
    """
    values: dict[str, float] = {}
    flags: dict[str, str] = {}
    statistics: dict[str, Statistic] = {}
    refused: list[str] = []
    for factor, items in contents.data.items():
        stands_for = meaning(factor, device.units)
        if stands_for is None:
            continue
        flag = (items.get("Flag") or "N").strip().upper()
        if flag != "N":
            flags[stands_for.metric] = flag
        numbers = _numbers(factor, items, stands_for, refused)
        if packet.cn == REAL_TIME and "Rtd" in numbers:
            values[stands_for.metric] = numbers["Rtd"]
        if packet.cn in PERIODS and flag == "N":
            statistic = _statistic(stands_for.metric, numbers, refused)
            if statistic != Statistic():
                statistics[stands_for.metric] = statistic
    if PERIODS.get(packet.cn) == device.readings:
        values = {n: s.avg for n, s in statistics.items() if s.avg is not None}
    return Measured(
        device=device.device,
        ts=contents.time or now,
        values=values,
        flags=flags,
        statistics=statistics,
        period=PERIODS[packet.cn] if statistics else "",
        refused=tuple(refused),
        state=_state(contents) if packet.cn == STATE else None,
        live=not packet.again,
        sent=packet.sent,
        raw=raw,
        id=name,
    )


def _numbers(
    factor: str, items: Mapping[str, str], stands_for: FactorMap, refused: list[str]
) -> dict[str, float]:
    numbers = {}
    for aspect in ("Rtd", "Avg", "Min", "Max", "Cou"):
        if aspect not in items:
            continue
        text = items[aspect].strip()
        if not text:  # an absent value is often sent as nothing
            continue
        try:
            value = float(text) * stands_for.scale
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            refused.append(f"{factor}-{aspect}={text!r} is not a number")
            continue
        numbers[aspect] = value if aspect == "Cou" else value + stands_for.offset
    return numbers


def _statistic(metric: str, numbers: Mapping[str, float], refused: list[str]) -> Statistic:
    kept = {}
    for aspect, field in _ASPECTS.items():
        if aspect in numbers:
            good, bad = plausible({metric: numbers[aspect]}, {})
            refused += bad.values()
            if good:
                kept[field] = good[metric]
    return Statistic(
        avg=kept.get("avg"), min=kept.get("min"), max=kept.get("max"), sum=numbers.get("Cou")
    )


def _state(contents: Contents) -> str:
    """Why the box does not measure, empty when it does."""
    wrong = []
    for part, items in contents.data.items():
        if "RS" in items:
            said = RUNNING_STATES.get(items["RS"], f"in a state {items['RS']!r} we do not know")
            if said:
                wrong.append(f"{part} is {said}")
    return "its device state says: " + ", ".join(wrong) if wrong else ""
