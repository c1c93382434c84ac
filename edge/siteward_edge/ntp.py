"""How far this machine's clock is off, as the kernel was told by whoever keeps it in time.

chrony, ntpd and systemd-timesyncd all tell the kernel whether its clock is in time, so one question
serves them all. ntpd and timesyncd leave the rest of a correction to the kernel, where it is read;
chrony corrects by the clock's rate, leaves nothing to be added, and so reads as 0.
"""

import ctypes
from collections.abc import Callable
from typing import Any, Final

_CLOCK_UNSYNCHRONISED: Final = 0x0040  # STA_UNSYNC in <linux/timex.h>
_NANOSECONDS: Final = 0x2000  # STA_NANO


class _Timex(ctypes.Structure):
    """``struct timex`` of <linux/timex.h> up to what is read here; the rest is room."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("frequency", ctypes.c_long),
        ("max_error", ctypes.c_long),
        ("estimated_error", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    )


_ADJTIMEX: Final = getattr(ctypes.CDLL(None), "adjtimex", None)
"""Only Linux has it."""


def clock_offset(adjtimex: Callable[[Any], int] | None = _ADJTIMEX) -> float | None:
    """Seconds this machine's clock is ahead of the time server's; None when nobody knows.

    The kernel keeps what is still to be added to the clock, so what is ahead has the other sign.
    """
    if adjtimex is None:
        return None
    kernel = _Timex()
    if adjtimex(ctypes.byref(kernel)) < 0 or kernel.status & _CLOCK_UNSYNCHRONISED:
        return None
    scale = 1e-9 if kernel.status & _NANOSECONDS else 1e-6
    return -float(kernel.offset) * scale
