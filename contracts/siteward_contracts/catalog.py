"""What is measured and what is looked for: metrics and hazards with their Chinese names.

Ranges are plausibility bounds: a value outside is a broken sensor or a wrong unit, never
a fact about the site. Hazard kinds, JGJ 59 codes and default severities follow the
project's domain reference section 2.2.
"""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["info", "general", "serious", "suspected_major", "major"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A physical quantity: ``low`` and ``high`` bound what is plausible, in ``unit``."""

    name: str
    zh: str
    en: str
    unit: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Hazard:
    """Something a camera or sensor can find. ``jgj`` is the JGJ 59-2011 sheet code."""

    kind: str
    zh: str
    en: str
    severity: Severity
    jgj: str = ""


METRICS: dict[str, Metric] = {
    m.name: m
    for m in (
        Metric("noise_laeq", "噪声", "Noise LAeq", "dB(A)", 20, 140),
        Metric("pm25", "PM2.5", "PM2.5", "µg/m³", 0, 5000),
        Metric("pm10", "PM10", "PM10", "µg/m³", 0, 5000),
        Metric("tsp", "总悬浮颗粒物", "TSP", "µg/m³", 0, 20000),
        Metric("temperature", "气温", "Air temperature", "°C", -50, 60),
        Metric("humidity", "湿度", "Relative humidity", "%", 0, 100),
        Metric("pressure", "气压", "Air pressure", "kPa", 50, 110),
        Metric("wind_speed", "风速", "Wind speed", "m/s", 0, 75),
        Metric("wind_direction", "风向", "Wind direction", "°", 0, 360),
        Metric("crane_load", "起重量", "Crane load", "t", 0, 100),
        Metric("crane_rated_load", "安全起重量", "Rated load", "t", 0, 100),
        Metric("crane_moment_pct", "力矩百分比", "Load moment", "%", 0, 200),
        Metric("crane_radius", "幅度", "Radius", "m", 0, 120),
        Metric("crane_slew", "回转角度", "Slew angle", "°", -360, 720),
        Metric("crane_height", "吊钩高度", "Hook height", "m", -50, 500),
        Metric("crane_tilt", "塔身倾角", "Mast tilt", "°", -20, 20),
        Metric("crane_wind", "塔顶风速", "Wind at crane top", "m/s", 0, 75),
        Metric("crane_alarms", "塔机报警字", "Crane alarm word", "", 0, 4294967295),
        Metric("people_count", "画面人数", "People in view", "", 0, 1000),
        Metric("camera_ok", "摄像机可用", "Camera sees", "", 0, 1),
        Metric("camera_fps", "摄像机帧率", "Camera frame rate", "fps", 0, 120),
        Metric("online", "在线", "Online", "", 0, 1),
        Metric("outbox_depth", "待发消息", "Messages waiting", "", 0, 1e9),
    )
}

HAZARDS: dict[str, Hazard] = {
    h.kind: h
    for h in (
        Hazard("intrusion", "闯入危险区", "Person in a danger zone", "general", "CC"),
        Hazard("no_helmet", "未戴安全帽", "No helmet", "general", "WH"),
        Hazard("no_vest", "未穿反光衣", "No reflective vest", "general", "WH"),
        Hazard("night_work", "夜间施工噪声超标", "Night construction noise", "general", "CC"),
        Hazard("noise_day", "昼间施工噪声超标", "Daytime construction noise", "general", "CC"),
        Hazard("dust", "扬尘超标", "Dust over limit", "general", "CC"),
        Hazard("crane_wind", "塔机大风作业", "Crane working in wind", "serious", "TC"),
        Hazard("crane_overmoment", "塔机力矩超限", "Crane over moment", "serious", "TC"),
        Hazard("camera_blind", "摄像机遮挡或黑屏", "Camera blind", "info", ""),
        Hazard("camera_moved", "摄像机移位", "Camera moved", "info", ""),
        Hazard("device_offline", "设备离线", "Device offline", "info", ""),
        Hazard("behind_schedule", "进度滞后", "Behind schedule", "info", "SM"),
        Hazard("unguarded_edge", "临边无防护", "Unguarded edge", "serious", "WH"),
        Hazard("pit_displacement", "基坑位移超限", "Pit displacement", "suspected_major", "FP"),
        Hazard("formwork_tilt", "支模架倾斜", "Formwork tilt", "suspected_major", "FW"),
    )
}
