"""docker-compose.yml is valid and agrees with what the code reads, pins and listens on."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyOptions
from pydantic_settings import BaseSettings

from siteward_ingest.settings import IngestSettings
from siteward_platform.settings import ApiSettings, WorkerSettings

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


SETTINGS = {"ingest": IngestSettings, "worker": WorkerSettings, "api": ApiSettings}


@pytest.mark.parametrize(("service", "settings"), SETTINGS.items())
def test_environment_is_what_the_settings_read(service: str, settings: type[BaseSettings]) -> None:
    given = set(compose()["services"][service]["environment"])
    known = {f"SITEWARD_{name.upper()}" for name in settings.model_fields}
    required = {
        f"SITEWARD_{name.upper()}"
        for name, field in settings.model_fields.items()
        if field.is_required()
    }
    assert given - known == set(), "set, but nothing reads it"
    assert required - given == set(), "needed, but not set"


@pytest.mark.parametrize(("service", "settings"), SETTINGS.items())
def test_settings_accept_the_values(
    service: str, settings: type[BaseSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in compose()["services"][service]["environment"].items():
        monkeypatch.setenv(name, re.sub(r"\$\{[^}]*\}", "a-long-enough-secret", value))
    settings()


def test_the_web_app_is_published_where_it_listens() -> None:
    api = compose()["services"]["api"]
    published = [port.split(":")[1] for port in api["ports"]]
    assert published == [api["environment"]["SITEWARD_HTTP_PORT"]]
    assert api["environment"]["SITEWARD_HTTP_HOST"] == "0.0.0.0"


def test_the_broker_lets_ingest_commit_whole_batches() -> None:
    config = (ROOT / "deploy/mosquitto/mosquitto.conf").read_text("utf-8")
    window = re.search(r"^max_inflight_messages (\d+)$", config, re.MULTILINE)
    assert window and int(window[1]) >= IngestSettings.model_fields["ingest_batch"].default
