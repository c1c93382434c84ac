"""Writes ``platform/openapi.json``, from which the front end's typed client is generated."""

import json
from pathlib import Path
from typing import Final

import click

from siteward_platform.api.app import describe

FILE: Final = Path(__file__).parents[2] / "openapi.json"


def document() -> str:
    """The OpenAPI document as it is kept."""
    return json.dumps(describe().openapi(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
    click.echo(f"wrote {FILE}")
