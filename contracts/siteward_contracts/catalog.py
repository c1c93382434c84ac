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
        Metric("noise_lamax", "最大声级", "Noise LAmax", "dB(A)", 20, 150),
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
        Metric("hoist_load", "升降机载重", "Hoist load", "t", 0, 20),
        Metric("hoist_load_pct", "升降机载重百分比", "Hoist load share", "%", 0, 200),
        Metric("hoist_people", "升降机人数", "People in hoist", "", 0, 50),
        Metric("hoist_floor", "升降机楼层", "Hoist floor", "", -10, 200),
        Metric("hoist_height", "升降机高度", "Hoist height", "m", -50, 600),
        Metric("hoist_speed", "升降机速度", "Hoist speed", "m/s", -10, 10),
        Metric("hoist_door_open", "升降机门开", "Hoist door open", "", 0, 1),
        Metric("platform_load_pct", "卸料平台载重百分比", "Platform load share", "%", 0, 300),
        Metric("platform_tilt", "卸料平台倾角", "Platform tilt", "°", -20, 20),
        Metric("basket_load_pct", "吊篮载重百分比", "Basket load share", "%", 0, 300),
        Metric("pit_top_horizontal", "坑顶水平位移", "Pit top shift", "mm", -500, 500),
        Metric("pit_top_vertical", "坑顶竖向位移", "Pit top settlement", "mm", -500, 500),
        Metric("pit_deep_horizontal", "深层水平位移", "Deep shift", "mm", -500, 500),
        Metric("pit_column_vertical", "立柱竖向位移", "Column settlement", "mm", -500, 500),
        Metric("pit_settlement", "周边地表沉降", "Ground settlement", "mm", -500, 500),
        Metric("pit_strut_force", "支撑轴力", "Strut force", "kN", -50000, 50000),
        Metric("pit_groundwater", "地下水位变化", "Groundwater change", "mm", -20000, 20000),
        Metric("formwork_axial", "立杆轴力", "Upright axial force", "kN", -100, 1000),
        Metric("formwork_settlement", "支架沉降", "Formwork settlement", "mm", -200, 200),
        Metric("formwork_displacement", "支架水平位移", "Formwork shift", "mm", -500, 500),
        Metric("formwork_tilt", "立杆倾角", "Upright tilt", "°", -45, 45),
        Metric("scaffold_tilt", "脚手架倾角", "Scaffold tilt", "°", -45, 45),
        Metric("concrete_core_temp", "混凝土内部温度", "Concrete core", "°C", -20, 110),
        Metric("concrete_surface_temp", "混凝土表面温度", "Concrete surface", "°C", -20, 110),
        Metric("gas_o2", "氧气", "Oxygen", "%", 0, 30),
        Metric("gas_co", "一氧化碳", "Carbon monoxide", "mg/m³", 0, 2000),
        Metric("gas_ch4", "甲烷", "Methane", "%", 0, 100),
        Metric("gas_h2s", "硫化氢", "Hydrogen sulphide", "mg/m³", 0, 500),
        Metric("gas_lel_pct", "可燃气体", "Combustible gas", "%", 0, 100),
        Metric("leakage_current", "漏电电流", "Leakage current", "mA", 0, 10000),
        Metric("cable_temp", "线缆温度", "Cable temperature", "°C", -50, 300),
        Metric("rainfall", "雨量", "Rainfall", "mm/h", 0, 300),
        Metric("people_count", "画面人数", "People in view", "", 0, 1000),
        Metric("camera_ok", "摄像机可用", "Camera sees", "", 0, 1),
        Metric("camera_fps", "摄像机帧率", "Camera frame rate", "fps", 0, 120),
        Metric("judged_fps", "识别帧率", "Pictures judged", "fps", 0, 120),
        Metric("unknown_share", "无法判别比例", "Share that cannot be judged", "", 0, 1),
        Metric("camera_clock_offset", "摄像机时钟偏差", "Camera clock ahead", "s", -1e9, 1e9),
        Metric("sensor_ok", "传感器可用", "Sensor fit for use", "", 0, 1),
        Metric("sensor_clock_offset", "传感器时钟偏差", "Sensor clock ahead", "s", -1e9, 1e9),
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
        Hazard("no_harness", "高处未系安全带", "No harness at height", "serious", "WH"),
        Hazard("unguarded_edge", "临边无防护", "Unguarded edge", "serious", "WH"),
        Hazard("open_hole", "洞口未防护", "Open hole", "serious", "WH"),
        Hazard("net_missing", "安全网缺失破损", "Safety net missing", "general", "WH"),
        Hazard("person_under_load", "吊物下站人", "Person under a load", "serious", "TC"),
        Hazard("fence_gap", "围挡缺口", "Gap in the fence", "general", "CC"),
        Hazard("bare_soil", "裸土未覆盖", "Bare soil", "general", "CC"),
        Hazard("dust", "扬尘超标", "Dust over limit", "general", "CC"),
        Hazard("dust_visible", "可见扬尘", "Visible dust", "general", "CC"),
        Hazard("no_spray", "喷淋未开", "Spray not on", "general", "CC"),
        Hazard("vehicle_unwashed", "车辆未冲洗", "Vehicle not washed", "general", "CC"),
        Hazard("material_mess", "材料乱堆", "Material in disorder", "general", "CC"),
        Hazard("fire_smoke", "烟火", "Fire or smoke", "serious", "CC"),
        Hazard("hot_work_unattended", "动火无监护", "Hot work unattended", "serious", "CC"),
        Hazard("crowding", "人员聚集", "Crowding", "info", "SM"),
        Hazard("no_staff", "无人施工", "Nobody at work", "info", "SM"),
        Hazard("night_work", "夜间违规施工", "Unlawful work at night", "general", "CC"),
        Hazard("noise_day", "昼间施工噪声超标", "Daytime construction noise", "general", "CC"),
        Hazard("concrete_temp", "混凝土温控超限", "Concrete temperature", "general", "FW"),
        Hazard("wages_short", "工资保障不足", "Wages not covered", "serious", ""),
        Hazard("hazard_overdue", "隐患逾期", "Hazards overdue", "general", "SM"),
        Hazard("cost_overrun", "成本超支", "Costs ahead of work", "info", ""),
        Hazard("pit_edge_load", "坑边堆载", "Load at the pit's edge", "serious", "FP"),
        Hazard("pit_water", "基坑积水", "Water in the pit", "general", "FP"),
        Hazard("pit_displacement", "基坑位移超限", "Pit displacement", "suspected_major", "FP"),
        Hazard("pit_groundwater", "地下水位异常", "Groundwater", "serious", "FP"),
        Hazard("formwork_axial", "支模轴力超限", "Formwork load", "suspected_major", "FW"),
        Hazard("formwork_tilt", "支模架倾斜", "Formwork tilt", "suspected_major", "FW"),
        Hazard("formwork_settle", "支模架沉降", "Formwork settles", "suspected_major", "FW"),
        Hazard("scaffold_tilt", "脚手架倾斜", "Scaffold tilt", "serious", "SC"),
        Hazard("wall_tie_missing", "连墙件缺失", "Wall tie missing", "suspected_major", "SC"),
        Hazard("basket_overload", "吊篮超载", "Basket overload", "serious", "SC"),
        Hazard("cable_on_ground", "电缆拖地泡水", "Cable on the ground", "general", "EL"),
        Hazard("box_open", "配电箱敞开", "Switch box open", "general", "EL"),
        Hazard("leakage_current", "漏电", "Leakage current", "serious", "EL"),
        Hazard("cable_temp", "线缆超温", "Cable too hot", "serious", "EL"),
        Hazard("hoist_overload", "升降机超载", "Hoist overload", "serious", "HO"),
        Hazard("hoist_door_open", "升降机门未关", "Hoist door open", "serious", "HO"),
        Hazard("hoist_overspeed", "升降机超速", "Hoist overspeed", "serious", "HO"),
        Hazard("crane_wind", "塔机大风作业", "Crane working in wind", "serious", "TC"),
        Hazard("crane_overmoment", "塔机力矩超限", "Crane over moment", "serious", "TC"),
        Hazard("crane_overload", "塔机超重", "Crane overload", "serious", "TC"),
        Hazard("crane_collision", "塔机碰撞预警", "Crane collision", "serious", "TC"),
        Hazard("crane_tilt", "塔机倾斜", "Crane tilt", "serious", "TC"),
        Hazard("operator_unauthorised", "司机未认证", "Driver not known", "serious", "TC"),
        Hazard("platform_overload", "卸料平台超载", "Platform overload", "serious", "WH"),
        Hazard("gas_high", "有害气体超限", "Gas over limit", "suspected_major", ""),
        Hazard("o2_low", "氧气不足", "Oxygen low", "suspected_major", ""),
        Hazard("camera_blind", "摄像机遮挡或黑屏", "Camera blind", "info", ""),
        Hazard("camera_blurred", "摄像机模糊", "Camera blurred", "info", ""),
        Hazard("camera_flicker", "摄像机闪烁", "Camera flickers", "info", ""),
        Hazard("camera_moved", "摄像机移位", "Camera moved", "info", ""),
        Hazard("camera_clock", "摄像机时钟不准", "Camera clock wrong", "info", ""),
        Hazard("camera_offline", "摄像机离线", "Camera offline", "info", ""),
        Hazard("sensor_flatline", "传感器数据恒定", "Sensor flatline", "info", ""),
        Hazard("sensor_fault", "传感器故障", "Sensor fault", "info", ""),
        Hazard("device_offline", "设备离线", "Device offline", "info", ""),
        Hazard("behind_schedule", "进度滞后", "Behind schedule", "info", "SM"),
    )
}
