"""YAML files checked against a pydantic model, every error at once, each with its line.

Used by the edge's configuration, the rule packs and the simulators' scenarios. Unknown
keys are refused (give models ``extra="forbid"``), a near miss is suggested, duplicate keys
are refused, and nothing is repaired silently.
"""

import difflib
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

_Model = TypeVar("_Model", bound=BaseModel)
_Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One mistake: where it is (1-based line), which field, what is wrong, what to do."""

    file: Path
    line: int
    field: str
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        """``file:line: field: message (remedy)``, as editors make clickable."""
        where = f"{self.file}:{self.line}: {self.field or '(whole file)'}: {self.message}"
        return f"{where} ({self.remedy})" if self.remedy else where


class ConfigError(Exception):
    """A file cannot be used; ``problems`` holds every reason."""

    def __init__(self, problems: list[ConfigProblem]) -> None:
        """Keeps the problems, in the order of their lines."""
        self.problems = sorted(problems, key=lambda p: (str(p.file), p.line))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: plain values, and the line each path stands on."""

    file: Path
    value: Any
    lines: dict[_Path, int]

    def line(self, path: _Path) -> int:
        """The line of a path, or of its nearest ancestor that is in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: _Path, message: str, remedy: str = "") -> ConfigProblem:
        """A problem at a path, for checks that no model can express."""
        return ConfigProblem(self.file, self.line(path), dotted(path), message, remedy)


def dotted(path: _Path) -> str:
    """``("cameras", 0, "url")`` as ``cameras[0].url``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def read(file: Path) -> Document:
    """Parses a YAML file.

    Raises:
        ConfigError: It cannot be read, is not YAML, or says a key twice.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = ConfigProblem(file, 1, "", str(error), "give the path of a readable UTF-8 file")
        raise ConfigError([problem]) from error
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error)
        line = mark.line + 1 if mark else 1
        raise ConfigError([ConfigProblem(file, line, "", f"not YAML: {what}")]) from error
    lines: dict[_Path, int] = {}
    problems: list[ConfigProblem] = []
    value = _plain(file, node, (), lines, problems) if node else {}
    if problems:
        raise ConfigError(problems)
    return Document(file, value, lines)


def load(file: Path, model: type[_Model]) -> _Model:
    """Reads a file and validates it.

    Raises:
        ConfigError: With every problem found.
    """
    return validate(read(file), model)


def validate(document: Document, model: type[_Model]) -> _Model:
    """Validates a parsed file.

    Raises:
        ConfigError: With every problem found.
    """
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        problems = [_explain(document, model, e) for e in error.errors(include_url=False)]
        raise ConfigError(problems) from error


def _plain(
    file: Path,
    node: yaml.Node,
    path: _Path,
    lines: dict[_Path, int],
    problems: list[ConfigProblem],
) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        mapping: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = _scalar(key_node)
            child = (*path, str(key))
            if key in mapping:
                line = key_node.start_mark.line + 1
                problems.append(
                    ConfigProblem(file, line, dotted(child), "said twice", "keep one of them")
                )
            lines[child] = key_node.start_mark.line + 1
            mapping[key] = _plain(file, value_node, child, lines, problems)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [
            _plain(file, item, (*path, index), lines, problems)
            for index, item in enumerate(node.value)
        ]
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    constructor = yaml.SafeLoader("")
    try:
        return constructor.construct_object(node, deep=True)
    finally:
        constructor.dispose()


def _explain(document: Document, model: type[BaseModel], error: ErrorDetails) -> ConfigProblem:
    path = _path_in_file(document, error["loc"])
    message = error["msg"].removeprefix("Value error, ")
    remedy = ""
    if error["type"] == "extra_forbidden":
        message = "no such setting"
        known = _known_keys(model, path[:-1])
        close = difflib.get_close_matches(str(path[-1]), known, n=1, cutoff=0.6)
        remedy = f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(known)}"
    elif error["type"] == "missing":
        message, remedy = "is missing", f"add {path[-1]!r} here"
    elif "input" in error and not isinstance(error["input"], dict | list):
        message = f"{message}, got {error['input']!r}"
    return document.problem(path, message, remedy)


def _path_in_file(document: Document, loc: _Path) -> _Path:
    """Leaves out what pydantic puts between: validators' names and the tag of a union."""
    path: _Path = ()
    for index, step in enumerate(loc):
        last = index == len(loc) - 1
        if isinstance(step, int) and (*path, str(step)) in document.lines:
            path = (*path, str(step))  # a number that is a key, not a place in a list
        elif last or isinstance(step, int) or (*path, step) in document.lines:
            path = (*path, step)
    return path


def _known_keys(model: type[BaseModel], path: _Path) -> list[str]:
    models = [model]
    for step in path:
        if isinstance(step, str):
            fields = [m.model_fields[step] for m in models if step in m.model_fields]
            models = [found for field in fields for found in _models_in(field.annotation)]
    return list(dict.fromkeys(name for found in models for name in found.model_fields))


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for argument in get_args(annotation) for found in _models_in(argument)]
