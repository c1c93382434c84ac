"""A message as the broker handed it over."""

import msgspec


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """One PUBLISH packet.

    Attributes:
        topic: As received; bytes that are not UTF-8 are escaped.
        payload: As received.
        mid: Packet id to acknowledge by; 0 at QoS 0.
    """

    topic: str
    payload: bytes
    mid: int = 0
