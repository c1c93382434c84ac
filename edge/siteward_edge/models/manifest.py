"""What a model file is: its hash, layout, classes, licence and thresholds, as a YAML page."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from siteward_edge.vision.ports import Thing

PERSON: Final = "person"
FINDS: Final = (PERSON, *(thing.value for thing in Thing))
"""What a class of a model may stand for; everything else it knows is left alone."""

NAME_PATTERN: Final = r"^[a-z0-9][a-z0-9._-]{0,62}$"
"""What a model may be called: its manifest is this and ``.yaml``."""

SHA256_PATTERN: Final = "^[0-9a-f]{64}$"

LayoutName = Literal["yolox", "ultralytics_v8", "ultralytics_v5", "fastestdet"]

NO_LICENCE: Final = "NONE"
"""SPDX's word for a work that nobody has been given a licence to."""


def _file_name(name: str) -> str:
    if PurePath(name).name != name or name.startswith("."):
        raise ValueError("must be a plain file name: the model lies in the folder of models")
    return name


def _web_address(url: str) -> str:
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise ValueError("must be an http:// or https:// address")
    return url


def _find(name: str) -> str:
    if name not in FINDS:
        raise ValueError(f"must be one of {', '.join(FINDS)}; leave other classes out")
    return name


def _spdx(licence: str) -> str:
    if licence == NO_LICENCE:
        return licence
    try:
        return str(canonicalize_license_expression(licence))
    except InvalidLicenseExpression as error:
        raise ValueError(
            "must be an SPDX licence such as Apache-2.0 or AGPL-3.0-only, or NONE where its "
            "author gave none"
        ) from error


Find = Annotated[str, AfterValidator(_find)]
Pixels = Annotated[int, Field(ge=32, le=4096, multiple_of=32)]
Confidence = Annotated[float, Field(gt=0, lt=1)]


class Export(BaseModel):
    """Another file of the same network."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: Annotated[str, AfterValidator(_file_name)]
    sha256: str = Field(pattern=SHA256_PATTERN)


class Manifest(BaseModel):
    """One model.

    Attributes:
        file: Its file, in the folder of models.
        sha256: What the file must hash to, so that every finding names its model truly.
        exports: Other files of the same network that do as well, where ``file`` is absent.
        source: Where it can be had; None where nobody offers it for download.
        layout: What goes in and comes out.
        input: Width and height of the picture it takes.
        classes: Number of a class to what it stands for.
        thresholds: Least confidence of each thing the model finds.
        worn: Of helmets and vests, the confidence from which on nobody is said to lack one, and
            that from which on it counts as worn; ``thresholds`` is both where nothing is said.
        licence: SPDX expression of the weights' licence, or ``NONE``.
        note: What else somebody must know who wants to use it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: Annotated[str, AfterValidator(_file_name)]
    sha256: str = Field(pattern=SHA256_PATTERN)
    exports: list[Export] = Field(default_factory=list)
    source: Annotated[str, AfterValidator(_web_address)] | None = None
    layout: LayoutName
    input: tuple[Pixels, Pixels]
    classes: dict[Annotated[int, Field(ge=0)], Find] = Field(min_length=1)
    thresholds: dict[Find, Confidence]
    worn: dict[Find, tuple[Confidence, Confidence]] = Field(default_factory=dict)
    licence: Annotated[str, AfterValidator(_spdx)]
    note: str = ""

    @model_validator(mode="after")
    def _every_find_has_a_threshold(self) -> "Manifest":
        lacking = sorted(self.finds - self.thresholds.keys())
        idle = sorted((self.thresholds.keys() | self.worn.keys()) - self.finds)
        if lacking:
            raise ValueError(f"thresholds say nothing of {', '.join(lacking)}; add a number each")
        if idle:
            raise ValueError(
                f"thresholds or worn name {', '.join(idle)}, which no class stands for"
            )
        if wrong := [find for find, (faint, clear) in self.worn.items() if faint > clear]:
            raise ValueError(f"worn of {', '.join(wrong)}: the first number must not be the larger")
        return self

    @property
    def finds(self) -> frozenset[str]:
        """What it finds: ``person`` or values of ``Thing``."""
        return frozenset(self.classes.values())

    @property
    def caution(self) -> str:
        """What its licence asks of whoever uses it; empty for permissive ones."""
        return next((text for word, text in CAUTIONS.items() if word in self.licence), "")


CAUTIONS: Final[Mapping[str, str]] = {
    NO_LICENCE: "unlicensed: nobody has the right to use it but its author",
    "AGPL": "AGPL: who offers a service with it must offer the source of the whole",
    "-NC-": "not for commercial use",
}
