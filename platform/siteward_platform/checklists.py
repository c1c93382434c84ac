"""Short lists an inspector walks a site with: data that comes with Siteward."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, RootModel

from siteward_contracts.config_file import read, validate
from siteward_platform.api.schemas.values import Text

SHIPPED: Final = Path(str(files("siteward_platform"))) / "checklists.yaml"

_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,30}$")]


class ChecklistItem(BaseModel):
    """Something to look at."""

    model_config = ConfigDict(extra="forbid")

    id: _Id
    text: Text


class Checklist(BaseModel):
    """A list for one trade; ``id`` is the JGJ 59-2011 sheet's code."""

    model_config = ConfigDict(extra="forbid")

    id: _Id
    version: Annotated[int, Field(ge=1)]
    name: Text
    source: str
    items: Annotated[list[ChecklistItem], Field(min_length=1)]


class _Checklists(RootModel[list[Checklist]]):
    pass


@cache
def checklists() -> tuple[Checklist, ...]:
    """All lists, in the file's order.

    Raises:
        ConfigError: The file is wrong.
    """
    return tuple(validate(read(SHIPPED), _Checklists).root)


def checklist(id: str) -> Checklist | None:
    """A list by its code, or None."""
    return next((found for found in checklists() if found.id == id), None)
