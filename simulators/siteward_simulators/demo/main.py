"""``siteward demo``: the production processes as children on one machine, with simulated sites."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Final

import click
import httpx
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from siteward_contracts.config_file import ConfigError
from siteward_simulators.demo.enrolment import EnrolmentError, Keys, accept_keys, public_keys
from siteward_simulators.demo.plan import (
    ADMIN_PASSWORD,
    Plan,
    PlanError,
    agents,
    environment,
    migration,
    prepare,
    services,
)
from siteward_simulators.demo.processes import ChildEndedError, Running, check, start, stop
from siteward_simulators.demo.progress import StoryLog
from siteward_simulators.devices.edge_config import write_edge_configs
from siteward_simulators.devices.rtsp import can_serve_rtsp
from siteward_simulators.world.anomalies import BASE_SEED
from siteward_simulators.world.scenario import Scenario
from siteward_simulators.world.scenario_file import SCENARIOS, load_scenarios

READY_SECONDS: Final = 180.0
ACCOUNTS: Final = (
    ("supervisor", "人大街道工委", "督办建议、预警核实"),
    ("inspector", "现场检查员", "核实预警、登记隐患"),
    ("department", "责任部门", "上报进度、申报支付"),
    ("chief", "总监理工程师", "计量、验收、签字"),
    ("finance", "财政所", "暂缓、解除、支付"),
    ("auditor", "审计", "开展审计、出具结论"),
    ("panel", "社会监督团", "只读"),
    ("admin", "系统管理员", "项目与账号"),
)
PHASES: Final = {
    "setup": "建立项目与账号 setting projects up",
    "history": "回放九十天历史 replaying ninety days",
    "catch-up": "等待入库 ingest catches up",
    "paper": "补录单据 filing the paper",
}


class StoppedError(Exception):
    """Somebody asked the demo to end."""


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("demo-data"),
    show_default=True,
    help="Where everything is kept; a second start goes on from it.",
)
@click.option("--seed", type=int, help="Draws the world; a folder keeps its own.")
@click.option(
    "--speed",
    type=click.FloatRange(0.1, 100_000),
    default=1.0,
    show_default=True,
    help="How many times as fast work grows once live.",
)
def command(port: int, data: Path, seed: int | None, speed: float) -> None:
    """Run three supervised sites on this machine; Ctrl-C stops everything."""
    console = Console(highlight=False)
    try:
        sites = load_scenarios(SCENARIOS)
        plan = prepare(data.resolve(), port, seed, speed, BASE_SEED, sites, rtsp=can_serve_rtsp())
    except (PlanError, ConfigError) as error:
        raise click.ClickException(str(error)) from error
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    children: list[Running] = []
    try:
        _run(plan, sites, children, console)
    except StoppedError:
        console.print("正在停止… stopping")
    except (ChildEndedError, EnrolmentError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        # A second Ctrl-C while stopping must not leave children behind.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        stop(children)
    console.print("已停止，没有遗留进程。stopped; nothing is left running")


def _run(plan: Plan, sites: Sequence[Scenario], children: list[Running], console: Console) -> None:
    """Starts everything, says when it is ready, and watches until something ends it."""
    began = time.monotonic()
    logs = plan.folder / "logs"
    word = "继续 going on with" if plan.resumed else "新建 starting"
    console.print(f"[bold]Siteward[/] {word} {plan.folder} (seed {plan.seed})")
    story = StoryLog(logs / "simulate.log")
    edge = plan.folder / "edge"
    configs = write_edge_configs(sites, plan.ports, plan.mqtt_url, edge)
    keys = public_keys(configs, edge)
    waiting = services(plan)
    needs_schema = [child for child in waiting if child.name in ("worker", "api")]
    children.extend(start(child, logs) for child in waiting if child not in needs_schema)
    _migrate(plan)
    children.extend(start(child, logs) for child in needs_schema)
    _follow(plan, story, children, console, lambda: _start_agents(plan, configs, keys, children))
    _wait_for(plan, children)
    _announce(plan, console, time.monotonic() - began)
    while True:
        check(children)
        time.sleep(0.3)


def _follow(
    plan: Plan,
    story: StoryLog,
    children: list[Running],
    console: Console,
    at_devices: Callable[[], None],
) -> None:
    """Shows the story's phases until the sites are live; starts the agents after the past."""
    bars: dict[str, TaskID] = {}
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    deadline = time.monotonic() + READY_SECONDS
    with Progress(*columns, console=console) as progress:
        while time.monotonic() < deadline:
            for step in story.steps():
                if step.phase == "devices":
                    at_devices()
                if step.phase == "live":
                    return
                if (title := PHASES.get(step.phase)) is not None:
                    bar = bars.get(step.phase)
                    if bar is None:
                        bar = bars[step.phase] = progress.add_task(title, total=step.total)
                    progress.update(bar, completed=step.done, total=step.total)
            check(children)
            time.sleep(0.1)
    raise click.ClickException(
        f"the sites are not live after {READY_SECONDS:.0f} s; "
        f"look into {plan.folder / 'logs' / 'simulate.log'}"
    )


def _start_agents(
    plan: Plan, configs: Mapping[str, Path], keys: Keys, children: list[Running]
) -> None:
    accept_keys(plan.url, ADMIN_PASSWORD, keys)
    children.extend(start(child, plan.folder / "logs") for child in agents(configs))


def _migrate(plan: Plan) -> None:
    child = migration(plan)
    done = subprocess.run(
        child.command, env=environment(child), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise click.ClickException(f"the database could not be set up:\n{done.stderr[-2000:]}")


def _wait_for(plan: Plan, children: Sequence[Running]) -> None:
    """Until the API says that all it needs answers."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        check(children)
        try:
            if httpx.get(f"{plan.url}/readyz", timeout=2).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise click.ClickException(
        f"{plan.url}/readyz does not say ready; look into {plan.folder / 'logs' / 'api.log'}"
    )


def _announce(plan: Plan, console: Console, seconds: float) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("账号 account", "密码 password", "角色 role", "可做 may"):
        table.add_column(heading)
    for username, role, may in ACCOUNTS:
        table.add_row(username, ADMIN_PASSWORD, role, may)
    console.print(f"\n[bold green]就绪 ready[/] {plan.url}  ({seconds:.0f} s)\n")
    console.print(table)
    console.print(
        "\n看点 what to look at\n"
        "  · 总览、实时画面、预警 overview, live wall, alerts\n"
        "  · 一分钟内责任部门申报“主体封顶”290 万元：五面红旗，建议暂缓 232 万元，工资 58 万元照发\n"
        "    within a minute a claim of 2.9 million for the kindergarten draws five flags\n"
        "  · 依次以 supervisor、finance、auditor、finance 登录走完督办、暂缓、审计、解除\n"
        "    sign in as supervisor, finance, auditor, finance to see the case through\n"
        f"  · 日志 logs: {plan.folder / 'logs'}    Ctrl-C 停止 stops everything\n"
    )


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise StoppedError
