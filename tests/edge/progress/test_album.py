"""The folder of one picture a day, its bounds and the film of it."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from siteward_edge.config.pictures import Pictures
from siteward_edge.evidence.snapshot import jpeg
from siteward_edge.health.look import shrink
from siteward_edge.health.view import view_of
from siteward_edge.main import command
from siteward_edge.progress.album import Album
from siteward_edge.progress.registration import register
from siteward_edge.progress.timelapse import TimelapseError, days
from siteward_edge.vision.ports import Image
from tests.edge.pictures import scene
from tests.edge.progress.sites import shifted

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)  # a Monday
BODY = b"x" * 1_000_000


def keep(album: Album, day: int, body: bytes = BODY, device: str = "cam") -> dict[str, int]:
    sha256 = hashlib.sha256(body).hexdigest()
    return dict(album.keep(device, NOON + timedelta(days=day), sha256, body))


def test_pictures_are_found_by_day_and_other_files_are_let_be(tmp_path: Path) -> None:
    album = Album(Pictures(path=tmp_path))
    assert album.pictures("cam") == []
    for day in (400, 0, 1):
        assert keep(album, day) == {}
    (tmp_path / "cam" / "2026" / "notes.jpg").write_bytes(b"")
    found = album.pictures("cam")
    assert [p.day for p in found] == [date(2026, 3, 2), date(2026, 3, 3), date(2027, 4, 6)]
    assert {p.sha256 for p in found} == {hashlib.sha256(BODY).hexdigest()}
    assert found[0].file.parent.name == "2026"


def test_a_full_album_is_thinned_to_one_a_week_then_a_month_and_says_so(tmp_path: Path) -> None:
    album = Album(Pictures(path=tmp_path, max_bytes=20_000_000))
    counts: dict[str, int] = {}
    for day in range(300):
        for word, n in keep(album, day).items():
            counts[word] = counts.get(word, 0) + n
    kept = [(p.ts - NOON).days for p in album.pictures("cam")]
    assert len(kept) <= 20
    assert counts["pictures.thinned_weekly"] + counts["pictures.thinned_monthly"] == 300 - len(kept)
    assert kept[0] == 0, "the first stays"
    assert kept[-1] == 299
    gaps = np.diff(kept)
    assert gaps.max() <= 37, "a week that begins in each month"
    assert gaps[-1] <= 7 < gaps[0], "the oldest are thinned most"


def test_what_cannot_be_thinned_further_is_kept_and_counted(tmp_path: Path) -> None:
    album = Album(Pictures(path=tmp_path, max_bytes=10_000_000))
    counts = [keep(album, 31 * month) for month in range(12)]
    assert len(album.pictures("cam")) == 12
    assert counts[-1] == {"pictures.over_bound": 1}


def test_cameras_share_the_bound_and_years_end(tmp_path: Path) -> None:
    album = Album(Pictures(path=tmp_path, keep_years=1, max_bytes=10_000_000))
    for day in range(6):
        keep(album, day, device="a")
        keep(album, day, device="b")
    assert len(album.pictures("a")) + len(album.pictures("b")) == 10
    assert keep(album, 400, device="a") == {"pictures.expired": 10}


def test_a_picture_that_cannot_be_written_is_not_half_there(tmp_path: Path) -> None:
    (tmp_path / "cam").write_bytes(b"a file where the folder should be")
    with pytest.raises(OSError, match="cam"):
        keep(Album(Pictures(path=tmp_path)), 0)


def film_config(folder: Path, pictures: bool = True) -> Path:
    file = folder / "edge.yaml"
    file.write_text(
        "site: park\nmqtt: mqtt://127.0.0.1:1883\n"
        f"outbox: {{path: {folder}/outbox.db, max_bytes: 10000000}}\n"
        + (f"pictures: {{path: {folder}/album}}\n" if pictures else "")
        + "cameras:\n  - {device: cam, url: 'http://127.0.0.1/x', "
        "detector: {kind: rendered_scene}}\n"
    )
    return file


def shaky_album(folder: Path) -> None:
    """Nine days of one view that drifts; one is odd and two have no picture."""
    album = Album(Pictures(path=folder / "album"))
    for day in (0, 1, 2, 3, 4, 6, 8):
        image = shifted(scene(), 0.002 * day, -0.001 * day)
        if day == 4:
            image = np.full_like(image, 40)  # a cloth over the lens
        keep(album, day, jpeg(image, 90))


def frames(file: Path) -> list[Image]:
    with av.open(str(file)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        return [
            np.asarray(f.to_ndarray(format="bgr24"), np.uint8) for f in container.decode(video=0)
        ]


def test_a_film_has_a_frame_a_day_stands_still_and_shows_what_is_missing(tmp_path: Path) -> None:
    shaky_album(tmp_path)
    out = tmp_path / "out.mp4"
    args = ["timelapse", str(film_config(tmp_path)), "cam", "-o", str(out), "--width", "640"]
    told = CliRunner().invoke(command, args)
    assert told.exit_code == 0, told.output
    assert "2026-03-02 to 2026-03-10, 9 days, 2 without a picture" in told.output
    shown = frames(out)
    assert len(shown) == 9
    first = view_of(shrink(shown[0]))
    for day in (1, 2, 3, 6, 8):
        off = register(first, view_of(shrink(shown[day])))
        assert off is not None and off.shift < 0.002, day
    assert shown[5].mean() < 0.6 * shown[4].mean() + 10, "dimmed"
    assert shown[7].mean() < 0.5 * shown[6].mean()
    corner = slice(-30, None), slice(-200, None)
    assert np.abs(shown[0][corner].astype(int) - shown[1][corner]).max() > 100, "dates differ"
    assert {f.name for f in tmp_path.iterdir()} == {"album", "edge.yaml", "out.mp4"}
    for kept in Album(Pictures(path=tmp_path / "album")).pictures("cam"):
        assert hashlib.sha256(kept.file.read_bytes()).hexdigest() == kept.sha256, "untouched"


def test_a_stretch_may_begin_and_end_without_a_picture(tmp_path: Path) -> None:
    album = Album(Pictures(path=tmp_path))
    keep(album, 3)
    shown = days(album.pictures("cam"), date(2026, 3, 4), date(2026, 3, 7))
    assert [day.picture is None for day in shown] == [True, False, True, True]
    with pytest.raises(TimelapseError, match="there are: 2026-03-05 to 2026-03-05"):
        days(album.pictures("cam"), date(2026, 3, 8))


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["cam", "-o", "{tmp}/x.avi"], "name it so"),
        (["cam", "-o", "{tmp}/none/x.mp4"], "make it first"),
        (["gate", "-o", "{tmp}/x.mp4"], "no camera 'gate'; known: cam"),
        (["cam", "--to", "2020-01-01", "-o", "{tmp}/x.mp4"], "there are: 2026-03-02"),
        (["cam", "--to", "soon", "-o", "{tmp}/x.mp4"], "does not match"),
    ],
    ids=["no mp4", "no folder", "no camera", "no pictures then", "no date"],
)
def test_a_film_that_cannot_be_made_is_refused(tmp_path: Path, args: list[str], said: str) -> None:
    shaky_album(tmp_path)
    given = [arg.format(tmp=tmp_path) for arg in args]
    told = CliRunner().invoke(command, ["timelapse", str(film_config(tmp_path)), *given])
    assert told.exit_code != 0
    assert said in " ".join(told.output.split())


def test_an_agent_that_keeps_no_pictures_says_what_to_set(tmp_path: Path) -> None:
    config = str(film_config(tmp_path, pictures=False))
    told = CliRunner().invoke(command, ["timelapse", config, "cam", "-o", str(tmp_path / "x.mp4")])
    assert told.exit_code == 1 and "add pictures: {path: ...}" in told.output


def test_unreadable_pictures_show_as_missing(tmp_path: Path) -> None:
    album = Album(Pictures(path=tmp_path / "album"))
    keep(album, 0, jpeg(scene(), 90))
    keep(album, 1, b"not a picture")
    out = tmp_path / "out.mp4"
    args = ["timelapse", str(film_config(tmp_path)), "cam", "-o", str(out), "--width", "320"]
    assert CliRunner().invoke(command, args).exit_code == 0
    first, second = frames(out)
    assert second.mean() < 0.5 * first.mean()
    assert cv2.countNonZero(cv2.cvtColor(second, cv2.COLOR_BGR2GRAY)) > 0
