"""The exam of the agent on simulated sites of unseen seeds: weather, faults, hazards, progress."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, Final, get_args

import cv2
import yaml
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from siteward_contracts.messages import Progress as Measured
from siteward_simulators.devices.edge_config import edge_config
from siteward_simulators.devices.ports import DevicePorts
from siteward_simulators.scorecard import rendered_streams as streams
from siteward_simulators.scorecard.rendered_replay import replayed
from siteward_simulators.scorecard.rendered_score import (
    Rendered,
    progress_error,
    score_faults,
    score_incidents,
)
from siteward_simulators.world import drill
from siteward_simulators.world.scenario import Scenario
from siteward_simulators.world.scenario_file import load_scenarios
from siteward_simulators.world.state import Fault
from siteward_simulators.world.world import World

START: Final = datetime(2026, 11, 24, 2, tzinfo=UTC)
"""Ten in the morning in Shanghai, in the season with the lowest sun and the longest nights."""
DRILL_DAY: Final = START
DRILL_NIGHT: Final = START + timedelta(hours=12.6)
BUILD_DAYS: Final = 30
PARTS: Final = ("health", "hazards", "progress")


@dataclass(frozen=True, slots=True)
class Exam:
    """How much is looked at.

    Attributes:
        hours: Of weather for each camera that is looked at.
        sites: Names; all when empty.
        cameras: Of each site at most, another one for each seed; the rest of the parts look
            at the same ones.
        build_days: Of work.
        parts: Which parts of the exam; see ``PARTS``.
        faults: Which are planted.
    """

    hours: float = 24.0
    sites: Sequence[str] = ()
    cameras: int = 1
    build_days: int = BUILD_DAYS
    parts: Sequence[str] = PARTS
    faults: Sequence[Fault] = get_args(Fault)


@dataclass(slots=True)
class Job:
    """One camera's part of the exam.

    Attributes:
        name: For people.
        pictures: About how many, for the progress bar.
        run: Does it; told of each picture.
    """

    name: str
    pictures: int
    run: Callable[[Callable[[], object]], None]


@dataclass(slots=True)
class Run:
    """One seed of the exam.

    Attributes:
        result: Is added to by every job.
        builds: Site to what its cameras measured and where that is compared.
    """

    seed: int
    exam: Exam
    folder: Path
    result: Rendered
    builds: dict[str, list[Measured]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def jobs(self) -> Iterator[Job]:
        """Everything that can be done side by side, the longest first."""
        sites = [s for s in load_scenarios() if not self.exam.sites or s.site in self.exam.sites]
        for site in sites:
            for device in self._chosen(site) if "health" in self.exam.parts else ():
                yield self._health(site, device)
        for site in sites:
            for device in self._chosen(site) if "hazards" in self.exam.parts else ():
                for night in (False, True):
                    yield self._drill(site, device, night=night)
        for site in sites:
            for camera in site.cameras if "progress" in self.exam.parts else ():
                if site.zones_of(camera.id):
                    yield self._build(site, camera.id)

    def _chosen(self, site: Scenario) -> list[str]:
        names = [camera.id for camera in site.cameras]
        first = self.seed % len(names)
        return (names[first:] + names[:first])[: self.exam.cameras]

    def _health(self, site: Scenario, device: str) -> Job:
        world = World(site, self.seed, START)
        name = f"{self.seed}/{site.site}/{device}"
        after = START + timedelta(hours=self.exam.hours)
        planted = streams.plan(world, device, after, self.exam.faults)

        def run(seen: Callable[[], object]) -> None:
            config = self._config(site, device, {"zones": [], "hazards": {}})
            eye = streams.Eye(world, device, streams.HEALTH_SIZE)

            def shots() -> Iterator[streams.Shot]:
                yield from streams.weather(eye, world, device, START, self.exam.hours)
                yield from streams.faults(eye, world, device, planted)

            heard = replayed(config, device, shots(), seen)
            with self.lock:
                self.result.camera_hours += self.exam.hours
                score_faults(name, heard.detections, planted, self.result)

        bursts = int(timedelta(hours=self.exam.hours) / streams.BURSTS)
        weather = bursts * int(streams.BURST / streams.WEATHER_EVERY)
        each = int((streams.BEFORE + streams.LASTS + streams.AFTER) / streams.FAULT_EVERY)
        return Job(f"{name} weather and faults", weather + each * len(planted), run)

    def _drill(self, site: Scenario, device: str, *, night: bool) -> Job:
        anchor = DRILL_NIGHT if night else DRILL_DAY
        drilled = drill.drilled(site, self.seed, anchor, night=night)
        world = World(drilled, self.seed, anchor)
        length = drill.seconds(night=night)
        end = anchor + timedelta(seconds=length)
        name = f"{self.seed}/{site.site}/{device}"

        def run(seen: Callable[[], object]) -> None:
            config = self._config(drilled, device, {"zones": []}, "night" if night else "day")
            eye = streams.Eye(world, device, streams.HAZARD_SIZE)
            heard = replayed(config, device, streams.hazards(eye, device, anchor, length), seen)
            truth = [
                e
                for e in world.episodes(anchor, end - timedelta(seconds=5))
                if e.device == device and not e.kind.startswith("camera_")
            ]
            with self.lock:
                score_incidents(name, truth, heard.detections, end, self.result)
                score_faults(name, heard.detections, [], self.result)

        hours = "night" if night else "day"
        return Job(f"{name} drill by {hours}", int(length / 0.25), run)

    def _build(self, site: Scenario, device: str) -> Job:
        world = World(site, self.seed, START)
        days = self.exam.build_days

        def run(seen: Callable[[], object]) -> None:
            place = site.project
            config = self._config(
                site,
                device,
                {"hazards": {}, "danger_zones": [], "progress": {"report_seconds": 3600}},
                "build",
                location={"latitude": place.latitude, "longitude": place.longitude},
            )
            eye = streams.Eye(world, device, streams.HEALTH_SIZE)
            shots = streams.build(eye, world, device, self._first_day(), days)
            heard = replayed(config, device, shots, seen)
            with self.lock:
                self.builds.setdefault(site.site, []).extend(heard.progress)

        each = 2 * int(timedelta(hours=9) / streams.PROGRESS_EVERY)
        return Job(f"{self.seed}/{site.site}/{device} build", each * days, run)

    def _first_day(self) -> int:
        return -(20 + self.exam.build_days + self.seed % 15)

    def finish(self) -> None:
        """Compares measured progress with the truth, site by site."""
        self.result.seeds.append(self.seed)
        for site in load_scenarios():
            told = self.builds.get(site.site)
            if told is None:
                continue
            world, first = World(site, self.seed, START), self._first_day()
            evenings = [
                world.calendar.start(day) + timedelta(hours=18)
                for day in range(first, first + self.exam.build_days)
            ]
            truth = {t: {z: state.percent for z, state in world.zones(t).items()} for t in evenings}
            weights = {zone.id: zone.weight for zone in site.zones}
            errors = [abs(e) for e in progress_error(told, truth, weights)]
            if errors:
                self.result.progress[f"{self.seed}/{site.site}"] = round(
                    sum(errors) / len(errors), 2
                )

    def _config(
        self,
        site: Scenario,
        device: str,
        changes: dict[str, Any],
        part: str = "health",
        **more: Any,
    ) -> Path:
        crane = {f"{site.site}/{site.crane.id}": 1} if site.crane else {}
        ports = DevicePorts(http=1, rtsp=None, hj212={site.site: 1}, modbus=crane)
        folder = self.folder / f"{self.seed}-{site.site}-{device}-{part}"
        folder.mkdir()
        config = edge_config(site, ports, "mqtt://127.0.0.1", folder / "outbox.db") | more
        cameras = [c | changes for c in config["cameras"] if c["device"] == device]
        config = {k: v for k, v in config.items() if k not in ("hj212", "modbus")}
        file = folder / "edge.yaml"
        file.write_text(yaml.safe_dump(config | {"cameras": cameras}, allow_unicode=True))
        return file


def examine(seeds: Sequence[int], exam: Exam, console: Console) -> Rendered:
    """Runs the exam on every seed, on all processors, with a progress bar.

    Raises:
        ReplayError: The agent refused something.
    """
    cv2.setNumThreads(1)
    result = Rendered()
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with (
        TemporaryDirectory(prefix="siteward-exam-") as folder,
        Progress(*columns, console=console, transient=True) as progress,
        ThreadPoolExecutor(os.cpu_count() or 1) as pool,
    ):
        runs = [Run(seed, exam, Path(folder), result) for seed in seeds]
        jobs = [job for run in runs for job in run.jobs()]
        whole = progress.add_task("exam", total=sum(job.pictures for job in jobs))

        def work(job: Job) -> None:
            task = progress.add_task(job.name, total=job.pictures)

            def seen() -> None:
                progress.advance(task)
                progress.advance(whole)

            job.run(seen)
            progress.remove_task(task)

        for done in [pool.submit(work, job) for job in jobs]:
            done.result()
        for run in runs:
            run.finish()
    return result
