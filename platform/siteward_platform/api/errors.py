"""Every error in one shape: code, Chinese message, remedy, and fields where they are known."""

import logging
from collections.abc import Callable
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import IntegrityError, OperationalError
from starlette.exceptions import HTTPException

from siteward_ingest.series import StoreError
from siteward_platform.api.hazard_refusals import explain_hazard
from siteward_platform.api.schemas.values import Failure
from siteward_platform.refusals import OvertakenError, RefusedError
from siteward_rules.hazards.states import HazardRefusedError
from siteward_rules.money.claims import ClaimRefusedError
from siteward_rules.money.clawback import ClawbackStateError
from siteward_rules.money.hold_states import (
    BadAmountError,
    ForbiddenTransitionError,
    HoldRefusedError,
    SamePersonError,
    SecondPersonMissingError,
    WagesTouchedError,
    WrongRoleError,
)

_log = logging.getLogger(__name__)

_REREAD: Final = "请刷新页面查看当前状态"


def install(app: FastAPI) -> None:
    """Answers every error of the app with a ``Failure``."""

    @app.exception_handler(RefusedError)
    def refused(_: Request, error: RefusedError) -> JSONResponse:
        failure = Failure(
            code=error.code, message=error.message, remedy=error.remedy, fields=error.fields
        )
        return answer(error.status, failure)

    @app.exception_handler(OvertakenError)
    def overtaken(_: Request, error: OvertakenError) -> JSONResponse:
        failure = Failure(code=error.code, message=error.message, remedy=error.remedy)
        return JSONResponse({**failure.model_dump(), "present": error.present}, error.status)

    @app.exception_handler(HoldRefusedError)
    def hold_refused(_: Request, error: HoldRefusedError) -> JSONResponse:
        status, failure = explain_hold(error)
        return answer(status, failure)

    @app.exception_handler(HazardRefusedError)
    def hazard_refused(_: Request, error: HazardRefusedError) -> JSONResponse:
        status, failure = explain_hazard(error)
        return answer(status, failure)

    @app.exception_handler(ClaimRefusedError)
    def claim_refused(_: Request, error: ClaimRefusedError) -> JSONResponse:
        message = "该申请当前状态不能进行此操作"
        return answer(409, Failure(code="wrong_state", message=message, remedy=_REREAD))

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        fields = {_field(e["loc"]): _words(e["type"], e["msg"]) for e in error.errors()}
        failure = Failure(
            code="invalid_request",
            message="提交的内容有误",
            remedy="请按各字段的提示修改",
            fields=fields,
        )
        return answer(422, failure)

    @app.exception_handler(HTTPException)
    def http(_: Request, error: HTTPException) -> JSONResponse:
        code, message = _HTTP.get(error.status_code, ("http_error", str(error.detail)))
        failure = Failure(code=code, message=message, remedy="")
        return JSONResponse(failure.model_dump(), error.status_code, headers=error.headers)

    @app.exception_handler(IntegrityError)
    def impossible(_: Request, error: IntegrityError) -> JSONResponse:
        _log.error("constraint_violated", exc_info=error)
        failure = Failure(
            code="constraint_violated", message="该操作违反数据约束，未作任何更改", remedy=_REREAD
        )
        return answer(409, failure)

    @app.exception_handler(Exception)
    def broken(_: Request, error: Exception) -> JSONResponse:
        failure = Failure(
            code="internal_error",
            message="系统内部错误，未作任何更改",
            remedy="请稍后重试或联系管理员",
        )
        return answer(500, failure)

    for kind in (OperationalError, StoreError):
        app.add_exception_handler(kind, _unavailable)


def answer(status: int, failure: Failure) -> JSONResponse:
    """A failure as a response."""
    return JSONResponse(failure.model_dump(), status)


def explain_hold(error: HoldRefusedError) -> tuple[int, Failure]:
    """What the hold machine refused, for people."""
    for kind, explain in _HOLD.items():
        if isinstance(error, kind):
            return explain(error)
    return 409, Failure(code="hold_refused", message=str(error), remedy=_REREAD)


def _wages(error: HoldRefusedError) -> tuple[int, Failure]:
    assert isinstance(error, WagesTouchedError)
    return 409, Failure(
        code="wages_in_hold",
        message=f"暂缓金额 {error.amount} 元触及农民工工资，最多可暂缓 {error.most} 元",
        remedy="工资部分照常发放（保障农民工工资支付条例第35条），请减小暂缓金额",
        fields={"amount": f"最多 {error.most} 元"},
    )


def _amount(error: HoldRefusedError) -> tuple[int, Failure]:
    assert isinstance(error, BadAmountError)
    return 409, Failure(
        code="bad_amount",
        message=f"金额 {error.amount} 元不可行",
        remedy=f"金额不得超过 {error.most} 元，且须与已暂缓、已解除的金额相符",
        fields={"amount": f"最多 {error.most} 元"},
    )


def _role(error: HoldRefusedError) -> tuple[int, Failure]:
    return 403, Failure(code="wrong_role", message="您的角色不能进行此操作", remedy=str(error))


def _person(error: HoldRefusedError) -> tuple[int, Failure]:
    return 409, Failure(
        code="same_person", message="建议与决定不能由同一人作出", remedy="请由另一人办理"
    )


def _second(error: HoldRefusedError) -> tuple[int, Failure]:
    return 409, Failure(
        code="second_person_missing",
        message="资金解除暂缓须先有另一人的书面意见",
        remedy="请等待督办建议或审计结论",
    )


def _clawback_state(error: HoldRefusedError) -> tuple[int, Failure]:
    return 409, Failure(
        code="wrong_state", message="该追回事项当前状态不能进行此操作", remedy=_REREAD
    )


def _state(error: HoldRefusedError) -> tuple[int, Failure]:
    return 409, Failure(code="wrong_state", message="该暂缓当前状态不能进行此操作", remedy=_REREAD)


_HOLD: Final[dict[type[HoldRefusedError], Callable[[HoldRefusedError], tuple[int, Failure]]]] = {
    WagesTouchedError: _wages,
    BadAmountError: _amount,
    WrongRoleError: _role,
    SamePersonError: _person,
    SecondPersonMissingError: _second,
    ForbiddenTransitionError: _state,
    ClawbackStateError: _clawback_state,
}

_HTTP: Final = {
    404: ("not_found", "没有这个地址"),
    405: ("method_not_allowed", "该地址不支持此方法"),
}

_WORDS: Final = {
    "missing": "必填",
    "extra_forbidden": "没有这个字段",
    "string_too_short": "太短",
    "string_too_long": "太长",
    "string_pattern_mismatch": "格式不正确",
    "decimal_max_places": "最多两位小数",
    "decimal_parsing": "应为金额",
    "decimal_type": "应为金额",
    "greater_than": "必须大于零",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
    "date_from_datetime_parsing": "应为日期（年-月-日）",
    "date_parsing": "应为日期（年-月-日）",
    "literal_error": "不是可选的值",
    "enum": "不是可选的值",
    "int_parsing": "应为整数",
    "float_parsing": "应为数字",
    "json_invalid": "不是有效的 JSON",
}


def _field(place: tuple[int | str, ...]) -> str:
    steps = [step for step in place if step not in ("body", "query", "path")]
    text = ""
    for step in steps:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "body"


def _words(kind: str, message: str) -> str:
    return f"{_WORDS[kind]}（{message}）" if kind in _WORDS else message


def _unavailable(_: Request, error: Exception) -> JSONResponse:
    _log.error("store_unavailable", exc_info=error)
    failure = Failure(
        code="unavailable", message="数据服务暂时不可用，未作任何更改", remedy="请稍后重试"
    )
    return answer(503, failure)
