"""The ordered states that a kind of project passes through, as data. Pure but for the files.

The percents are the platform's defaults (domain reference, section 6), not any standard's.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict


class TemplateError(ValueError):
    """There is no such template, or it has nothing a camera can see; the text says which."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Part):
    """A name for people."""

    zh: str
    en: str


class TemplateState(_Part):
    """A state as a template tells it.

    Attributes:
        code: Its name in messages; in a storey ``{n}`` stands for the storey's number.
        name: Its name for people.
        percent: Percent of the work done; ``None`` in a storey, whose states share its span.
        acceptance: Whether the work is accepted here before it goes on.
        unseen: Whether no camera can see it, so that a person must say it.
    """

    code: str
    name: Words
    percent: float | None = None
    acceptance: bool = False
    unseen: bool = False


class Storeys(_Part):
    """States that come again with every storey, in equal steps from one percent to another."""

    after: str
    start: float
    end: float
    states: list[TemplateState]


class Template(_Part):
    """What one kind of project passes through.

    Attributes:
        name: What the configuration calls it.
        title: Its name for people.
        states: In order.
        storeys: States between two of those that come once per storey.
        unseen_weight: Share of the work that no camera can see.
        camera: Whether a camera can follow it at all; papers or a check list do otherwise.
        ends: Why it does not end at 100 percent.
        note: What else the reader must know.
    """

    name: str
    title: Words
    states: list[TemplateState]
    storeys: Storeys | None = None
    unseen_weight: float = 0.0
    camera: bool = True
    ends: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One state of a template with its storey and percent worked out."""

    code: str
    zh: str
    en: str
    percent: float
    acceptance: bool
    unseen: bool


@lru_cache(maxsize=1)
def templates() -> dict[str, Template]:
    """Every template by name.

    Raises:
        TemplateError: One of the package's own files is wrong; tests hold that it is not.
    """
    found = {}
    for file in sorted(
        files(__package__).joinpath("state_template").iterdir(), key=lambda f: f.name
    ):
        if file.name.endswith(".yaml"):
            template = Template.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
            _check(template)
            found[template.name] = template
    return found


def template_named(name: str) -> Template:
    """One template.

    Raises:
        TemplateError: There is none of that name.
    """
    known = templates()
    if name not in known:
        raise TemplateError(f"no template {name!r}; known: {', '.join(known)}")
    return known[name]


def states_of(name: str, storeys: int = 1) -> list[Step]:
    """The states a camera can follow.

    Raises:
        TemplateError: There is no such template, it is nothing for cameras, or has no storeys.
    """
    template = template_named(name)
    if not template.camera:
        raise TemplateError(f"template {name!r} is nothing a camera can see: {template.note}")
    if storeys > 1 and template.storeys is None:
        raise TemplateError(f"template {name!r} has no storeys; remove storeys")
    return steps(template, storeys)


def steps(template: Template, storeys: int) -> list[Step]:
    """The states with storeys repeated and percents worked out, rounded to 0.01."""
    done = []
    for state in template.states:
        done.append(_step(state, state.percent or 0.0))
        if template.storeys is not None and state.code == template.storeys.after:
            done += _repeated(template.storeys, storeys)
    return done


def _repeated(storeys: Storeys, count: int) -> list[Step]:
    share = (storeys.end - storeys.start) / (count * len(storeys.states))
    done: list[Step] = []
    for n in range(1, count + 1):
        for state in storeys.states:
            percent = round(storeys.start + share * (len(done) + 1), 2)
            done.append(_step(state, percent, n))
    return done


def _step(state: TemplateState, percent: float, n: int = 0) -> Step:
    def put(text: str) -> str:
        return text.replace("{n}", str(n))

    name = state.name
    return Step(
        put(state.code), put(name.zh), put(name.en), percent, state.acceptance, state.unseen
    )


def _check(template: Template) -> None:
    done = steps(template, 3)
    for before, after in pairwise(done):
        if after.percent <= before.percent:
            raise TemplateError(f"{template.name}: {after.code} is not above {before.code}")
    if done[-1].percent != 100 and not template.ends:
        raise TemplateError(f"{template.name}: ends at {done[-1].percent:g} without saying why")


def as_yaml(template: Template, storeys: int) -> str:
    """A template's states as a zone of the configuration file may list them."""
    rows: list[dict[str, Any]] = []
    for step in steps(template, storeys):
        rows.append({"code": step.code, "percent": step.percent})
    text: str = yaml.safe_dump({"states": rows}, sort_keys=False, default_flow_style=None)
    return text
