"""Where messages may be sent: only to hosts that the operator of this machine has named.

Whoever may make webhooks could otherwise have the server call anything it can reach.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from siteward_platform.refusals import InvalidError

_LONGEST = 2000


def check_url(url: str, allowed: Collection[str]) -> None:
    """Refuses an address that is not http(s) or not on the list.

    Args:
        url: Where messages would go.
        allowed: ``host`` (its usual port) or ``host:port``, lower case, as in
            ``SITEWARD_WEBHOOK_HOSTS``.

    Raises:
        InvalidError: Names what is wrong with the field ``url``.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refused("url_wrong", f"网址不正确：{error}", "请检查网址") from error
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("http", "https") or not host or len(url) > _LONGEST:
        raise _refused("url_wrong", "网址须以 http:// 或 https:// 开头并写明主机", "请检查网址")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _refused("url_wrong", "网址中不得有用户名、密码或 # 部分", "请去掉这些部分")
    usual = 443 if parts.scheme == "https" else 80
    named = f"[{host}]" if ":" in host else host
    fits = {f"{named}:{port or usual}"} | ({named} if port in (None, usual) else set())
    if not fits & set(allowed):
        raise _refused(
            "host_not_allowed",
            f"主机 {named}{f':{port}' if port else ''} 不在允许名单内",
            "请系统运维在 SITEWARD_WEBHOOK_HOSTS 中加入该主机",
        )


def _refused(code: str, message: str, remedy: str) -> InvalidError:
    return InvalidError(code, message, remedy, {"url": message})
