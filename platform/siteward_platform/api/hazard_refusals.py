"""What the hazard workflow refuses, for people."""

from typing import Final

from siteward_platform.api.schemas.values import Failure
from siteward_rules.hazards.states import (
    HazardGateError,
    HazardRefusedError,
    SameHazardPersonError,
    WrongHazardRoleError,
)

_GATES: Final[dict[str, tuple[str, str]]] = {
    "major_needs_grading": (
        "重大事故隐患不能直接登记",
        "请先登记为疑似重大隐患，再由总监理工程师或指定的有资格人员按条款认定",
    ),
    "clause_missing": ("认定重大事故隐患必须写明所依据的条款", "请填写版本、条款号和条文"),
    "not_suspected": ("只有疑似重大隐患才能认定为重大", "请先调整为疑似重大隐患"),
    "must_stop": ("重大事故隐患必须立即停工", "请由总监理工程师签发工程暂停令"),
    "due_before_order": ("整改期限早于下达日期", "请检查日期"),
    "due_too_late": ("整改期限超过该等级的标准期限", "请缩短期限，或写明延长理由"),
    "picture_missing": (
        "复查合格须附照片",
        "请附同一摄像机或现场手机拍摄的照片；一般和较大隐患无法拍摄时请写明理由",
    ),
    "picture_too_early": ("照片早于整改完成的时间", "请在整改完成之后重新拍摄"),
    "picture_in_future": ("照片时间晚于复查时间", "请检查设备时间"),
    "other_camera": ("照片不是发现该隐患的摄像机所拍", "请使用同一摄像机，或现场手机拍摄"),
    "camera_moved": ("拍摄时该摄像机已移位，画面不可比", "请恢复机位后再拍，或现场手机拍摄"),
    "place_unknown": ("照片的拍摄位置不够准确", "请打开手机定位，在室外重新定位后拍摄"),
    "not_on_site": ("照片不是在工地拍摄的", "请到工地现场拍摄"),
    "not_suspended": ("该隐患没有停工令", "无需复工审查"),
    "still_suspended": ("停工令尚未解除", "请先办理复工审查"),
    "still_supervised": ("该隐患仍在挂牌督办", "请先解除挂牌督办"),
    "already_so": ("当前状态已经如此", "请刷新页面查看当前状态"),
    "out_of_order": ("日期早于上一步骤的日期", "请检查日期"),
}
_PARTS: Final = {
    "found": ("发现人不能为自己发现的隐患销号", "请由另一人销号"),
    "fixed": ("整改人不能复查、复工、销号或“回头看”自己整改的隐患", "请由另一人办理"),
    "rechecked": ("重大隐患的复查与复工审查不能由同一人办理", "请由另一人办理"),
}


def explain_hazard(error: HazardRefusedError) -> tuple[int, Failure]:
    """Status and words of a refusal."""
    if isinstance(error, SameHazardPersonError):
        message, remedy = _PARTS[error.part]
        return 409, Failure(code="same_person", message=message, remedy=remedy)
    if isinstance(error, WrongHazardRoleError):
        message = "您的角色或资格不能进行此操作"
        return 403, Failure(code="wrong_role", message=message, remedy=str(error))
    if isinstance(error, HazardGateError):
        message, remedy = _GATES[error.code]
        return 409, Failure(code=error.code, message=message, remedy=remedy)
    return 409, Failure(
        code="hazard_wrong_state",
        message="该隐患当前状态不能进行此操作",
        remedy="请刷新页面查看当前状态",
    )
