"""FR-19 申报前监控中断: nobody could see the site in the days before the claim."""

from typing import Final

from siteward_rules.facts import CameraFacts, ClaimFacts, ProjectFacts
from siteward_rules.findings import HOURS, Finding, FundRule, Number, Text, percent

LOW_RATIO: Final = 0.80
"""Seven-day online ratio below which a usually good camera is a finding (platform default)."""
GOOD_BASELINE: Final = 0.95
"""What a camera must have been before, to be called usually good (platform default)."""
LONG_OUTAGE_HOURS: Final = 24.0
"""A single stretch without sight this long is a finding by itself (platform default)."""


def evaluate(facts: ProjectFacts, claim: ClaimFacts) -> Finding | None:
    """Looks at every camera's seven days before the claim against its own baseline."""
    dark = [camera for camera in facts.cameras if _dropped(camera) or _long_outage(camera)]
    if not dark:
        return None
    worst = min(dark, key=lambda camera: camera.online_ratio_7d)
    baseline = "—" if worst.baseline_ratio is None else f"{worst.baseline_ratio:.0%}"
    names = "、".join(f"“{_name(camera).zh}”" for camera in dark)
    explanation = Text(
        f"申请前 7 天摄像机{names}监控中断：“{_name(worst).zh}”在线率 {worst.online_ratio_7d:.0%}"
        f"（平时 {baseline}），最长中断 {worst.longest_outage_hours:.1f} 小时。",
        f"In the 7 days before the claim {', '.join(_name(c).en for c in dark)} did not watch: "
        f"{_name(worst).en} was online {worst.online_ratio_7d:.0%} (usually {baseline}), "
        f"longest outage {worst.longest_outage_hours:.1f} h.",
    )
    numbers = tuple(number for camera in dark for number in _numbers(camera))
    return RULE.finding(explanation, numbers, severity="high" if len(dark) > 1 else "medium")


def _name(camera: CameraFacts) -> Text:
    return Text(camera.name_zh or camera.device, camera.name_en or camera.device)


def _dropped(camera: CameraFacts) -> bool:
    usual = camera.baseline_ratio
    return usual is not None and usual >= GOOD_BASELINE and camera.online_ratio_7d < LOW_RATIO


def _long_outage(camera: CameraFacts) -> bool:
    return camera.baseline_ratio is not None and camera.longest_outage_hours >= LONG_OUTAGE_HOURS


def _numbers(camera: CameraFacts) -> list[Number]:
    zh, en = _name(camera)
    numbers = [
        percent(f"{zh} 7 天在线率", f"{en} online, 7 days", 100 * camera.online_ratio_7d),
        Number(
            Text(f"{zh} 最长中断", f"{en} longest outage"),
            f"{camera.longest_outage_hours:.1f}",
            HOURS,
        ),
    ]
    if camera.baseline_ratio is not None:
        usual = 100 * camera.baseline_ratio
        numbers.insert(1, percent(f"{zh} 平时在线率", f"{en} online, usually", usual))
    return numbers


RULE: Final = FundRule(
    id="FR-19",
    version="1",
    title=Text("申报前监控中断", "Cameras dark before the claim"),
    severity="medium",
    action="review",
    formula=Text(
        "申请前 7 天在线率 < 80% 且平时 ≥ 95%，或单次中断 ≥ 24 小时",
        "Online < 80 % of the 7 days before the claim and usually ≥ 95 %, or one outage ≥ 24 hours",
    ),
    reads=("device health", "claim"),
    clears_when=Text(
        "现场核查并补充该时段的施工影像资料。",
        "The site is checked and pictures of that time are supplied.",
    ),
    basis="数字化监管要求：现场监控视频是进度与资金核对的依据",
    legal_basis=None,
    trust="default",
    evaluate=evaluate,
)
