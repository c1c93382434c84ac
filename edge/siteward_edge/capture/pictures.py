"""The pictures of one connection to a camera, damaged ones left out."""

import threading
from collections.abc import Callable, Iterator
from typing import Final

import av.error
from av import Packet, VideoFrame
from av.container import InputContainer
from av.stream import Stream
from av.video.frame import PictureType
from av.video.stream import VideoStream

from siteward_contracts.clock import Clock
from siteward_edge.capture import folder
from siteward_edge.capture.complaints import Said, broken, complaints, lost
from siteward_edge.capture.damage import Damage
from siteward_edge.capture.open import as_source_error, open_source
from siteward_edge.capture.smear import smeared
from siteward_edge.capture.source import Cause, Source, SourceError, ignore

FIRST_SECONDS: Final = 12.0
"""Wait for the first picture that stands on its own; cameras send one every ten seconds at least."""

Wait = Callable[[float], bool]
"""Waits so many seconds; True when it is no use to go on."""


def pictures(
    source: Source, clock: Clock, wait: Wait | None = None, note: Callable[[str], None] = ignore
) -> Iterator[VideoFrame]:
    """Opens a source and yields its pictures until it ends.

    Only pictures that may be believed are given: see :mod:`siteward_edge.capture.damage`. A file
    is played as fast as it is read.

    Args:
        source: What to open.
        clock: Tells how long nothing has come.
        wait: Waits for new files of a folder, and is asked with 0 seconds after each packet.
        note: Told ``damaged`` for every packet and ``refused`` for every file that is no picture.

    Raises:
        SourceError: It cannot be opened, broke off, stalled, or sends mostly damaged pictures.
    """
    wait = wait or threading.Event().wait
    if source.scheme == "folder":
        yield from folder.pictures(source, wait, clock, note)
        return
    opened = False
    try:
        with complaints() as said, open_source(source) as container:
            opened = True
            for found in _believed(source, container, said, clock, note):
                yield from found
                if wait(0):
                    return
    except (av.error.FFmpegError, OSError) as error:
        raise as_source_error(source, error, opened) from error


def _believed(
    source: Source,
    container: InputContainer,
    said: Said,
    clock: Clock,
    note: Callable[[str], None],
) -> Iterator[list[VideoFrame]]:
    """For each packet the pictures it gave that may be believed."""
    if not container.streams.video:
        text = f"{source.name} has no video; check the stream's path"
        raise SourceError(text, Cause.CORRUPT)
    stream = container.streams.video[0]
    _prepare(stream)
    damage = Damage(clock())
    gap = False
    # Every stream is read, not only video: sound that goes on must not hide that video stopped.
    for packet in container.demux():
        believed = []
        if packet.stream_index == stream.index:
            # FFmpeg finds a gap while it still puts the packet before it together.
            before, gap = gap, packet.is_corrupt or lost(said)
            found, damaged = _decode(packet)
            damaged = damaged or before or gap or broken(said)
            said.clear()
            if damaged and damage.intact:
                note("damaged")
            alone = any(p.key_frame or p.pict_type == PictureType.I for p in found)
            if damage.packet(clock(), damaged, alone, len(found)):
                believed = found
        yield believed
        _check(source, damage, clock)


def _prepare(stream: VideoStream) -> None:
    # Cameras run beside one another already; more threads would only add delay.
    stream.thread_count = 1
    if stream.codec_context.name == "mjpeg":
        # Its decoder says nothing of damage otherwise; those of H.264 and H.265 do.
        stream.codec_context.options = {"err_detect": "explode"}


def _decode(packet: "Packet[Stream]") -> tuple[list[VideoFrame], bool]:
    """What a packet of video gives, and whether it is damaged."""
    try:
        found = [frame for frame in packet.decode() if isinstance(frame, VideoFrame)]
    except av.error.InvalidDataError:
        return [], True
    # H.264 and JPEG mark what is damaged; looking costs as much as decoding a tenth of it does.
    if packet.stream.codec_context.name == "hevc" and any(map(smeared, found)):
        return found, True
    return found, any(frame.is_corrupt for frame in found)


def _check(source: Source, damage: Damage, clock: Clock) -> None:
    """Ends a connection that gives nothing of use."""
    since = damage.mostly
    if since is not None:
        text = f"{source.name} sends mostly damaged pictures; check the line to the camera"
        raise SourceError(text, Cause.CORRUPT, since)
    allowed = source.stall_seconds if damage.intact else max(FIRST_SECONDS, source.stall_seconds)
    last = damage.intact or damage.opened
    if (clock() - last).total_seconds() <= allowed:
        return
    if damage.sends:
        text = f"{source.name} sends no picture that can be decoded; check the camera's encoder"
        raise SourceError(text, Cause.CORRUPT, last)
    raise SourceError(f"{source.name} sends no video; check the camera", Cause.STALLED, last)
