"""docker-compose.yml is valid and agrees with what the code reads, pins and listens on."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyOptions

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
OURS = ("ingest", "worker", "api", "edge")


def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(TEXT)
    return document


def test_compose_file_is_valid_by_the_public_specification() -> None:
    PyOptions(apply_merge=True).from_yaml(TEXT).validate()


@pytest.mark.parametrize(
    ("good", "typo"),
    [("    ports:", "    port:"), ("- evidence:/var", "- evidense:/var")],
    ids=["unknown key", "volume that nothing declares"],
)
def test_the_specification_would_see_a_typo(good: str, typo: str) -> None:
    with pytest.raises(ValueError):
        PyOptions(apply_merge=True).from_yaml(TEXT.replace(good, typo)).validate()


@pytest.mark.parametrize("service", OURS)
def test_services_run_commands_that_exist(service: str) -> None:
    from siteward_cli.main import SUBCOMMANDS

    assert compose()["services"][service]["command"][0] in SUBCOMMANDS


@pytest.mark.parametrize("service", OURS)
def test_images_carry_the_version_of_the_project(service: str) -> None:
    from importlib.metadata import version

    assert compose()["services"][service]["image"].endswith(f":{version('siteward')}")


def test_secrets_have_no_defaults() -> None:
    secrets = re.findall(r"\$\{([A-Z_]*(?:PASSWORD|TOKEN)[^}]*)\}", TEXT)
    assert secrets and all(":?" in secret for secret in secrets)


def test_every_password_is_documented() -> None:
    guide = (ROOT / "docs" / "running.md").read_text("utf-8")
    names = set(re.findall(r"\$\{([A-Z_]+)", TEXT))
    assert {name for name in names if name not in guide} == set()
