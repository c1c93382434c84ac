"""``siteward rules explain``: shows why a finding or an alert is there."""

import json
from collections.abc import Iterator
from typing import Any

import click
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from siteward_contracts.config_file import ConfigError
from siteward_ingest.open_store import open_store
from siteward_ingest.series import StoreError
from siteward_platform.database.migrate import open_migrated
from siteward_platform.database.session import reading
from siteward_platform.rule_sets import shipped_packs
from siteward_platform.rule_tools.explain import Explanation, UnknownError, explain
from siteward_platform.settings import DatabaseSettings, StoreSettings


@click.command(name="explain")
@click.argument("name", metavar="FINDING|ALERT")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--english", is_flag=True, help="Texts in English.")
@click.option("--page/--no-page", default=True, help="Whether to print the rule's page too.")
def command(name: str, as_json: bool, english: bool, page: bool) -> None:
    """Show why FINDING|ALERT is there: finding:12, alert:12, or an incident's name.

    Settings come from the environment: SITEWARD_DATABASE_URL and, for what was measured,
    SITEWARD_SERIES_URL.
    """
    try:
        found = _explained(name)
    except UnknownError as error:
        raise click.ClickException(str(error)) from error
    except (SQLAlchemyError, StoreError, ConfigError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    if not page:
        found.pop("page")
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for line in lines(found, "en" if english else "zh"):
        click.echo(line)


def _explained(name: str) -> Explanation:
    try:
        url = DatabaseSettings().database_url
    except ValidationError as error:
        raise click.ClickException("no database is named: set SITEWARD_DATABASE_URL") from error
    try:
        settings = StoreSettings()
    except ValidationError:  # only windows and inputs are missing then
        store = None
    else:
        token = settings.series_token.get_secret_value() if settings.series_token else None
        store = open_store(settings.series_url, token, read_only=True)
    database = open_migrated(url)
    try:
        with reading(database) as session:
            return explain(session, shipped_packs(), store, name)
    finally:
        if store is not None:
            store.close()
        database.dispose()


def lines(found: Explanation, language: str) -> Iterator[str]:
    """An explanation for people."""
    yield f"{found['kind']} {found['id']}: {found['rule']} {found['title'][language]}"
    yield f"  project {found['project']}, severity {found['severity']}"
    yield from (_finding if found["kind"] == "finding" else _alert)(found, language)
    yield "evidence:" if found["evidence"] else "evidence: none"
    for picture in found["evidence"]:
        yield f"  {picture['sha256']}  signature: {picture['signature']}"
    if found.get("page"):
        yield "\n" + found["page"].rstrip()


def _finding(found: Explanation, language: str) -> Iterator[str]:
    claim = found["claim"]
    yield (
        f"  claim {claim['id']} {claim['title']}: {claim['amount']} yuan of which wages "
        f"{claim['wage_amount']}, {claim['state']}"
    )
    yield f"formula: {found['formula'][language]}"
    yield f"with its numbers: {found['explanation'][language]}"
    for number in found["numbers"]:
        value = number["value"]
        shown = value if isinstance(value, str) else value[language]
        yield f"  {number['name'][language]}: {shown} {number['unit'][language]}".rstrip()
    yield f"rule: {_version(found)}, layer {found['layer']} ({found['why_this_layer']})"
    yield f"basis: {found['basis']} (trust: {found['trust']})"
    if found["hold"]:
        yield f"hold: {found['hold']['state']}, {found['hold']['amount']} yuan"
    yield f"clears when: {found['clears_when'][language]}"
    yield f"cleared: {found['cleared_at']}" if found["cleared_at"] else "still stands"


def _version(found: Explanation) -> str:
    if found["version_now"] in (None, found["version"]):
        return f"version {found['version']}"
    return f"version {found['version']}, by now {found['version_now']}"


def _alert(found: Explanation, language: str) -> Iterator[str]:
    where = "/".join(part for part in (found["device"], found["zone"]) if part)
    yield f"  at {where or 'the site'}, {found['state']}: {found['summary'][language]}"
    yield f"  from {found['started_at']} to {found['resolved_at'] or 'now'}"
    if found["ended_because"]:
        yield f"  ended because {found['ended_because'].get(language, found['ended_because'])}"
    if found["verdict"]:
        yield f"  a person said: {found['verdict']} {found['verdict_reason'] or ''}".rstrip()
    yield f"when it fired: layer {found['layer']}{_layers(found)}"
    for member in found["members"]:
        yield from _member(member, language)


def _member(member: dict[str, Any], language: str) -> Iterator[str]:
    gone = ", taken back" if member["retracted"] else ""
    yield f"seen by {member['rule']} as {member['incident']}{gone}"
    if "not_in_force" in member:
        yield f"  the rule is not in force now: {member['not_in_force']}"
        return
    span = f", {member['window_minutes']:g} min" if member["window_minutes"] else ""
    reads = member["reads"][language]
    yield f"  reads {reads} ({member['reads']['name']}), {member['aggregate']}{span}"
    if member["window"]:
        numbers = ", ".join(f"{name} {value:g}" for name, value in member["window"].items())
        yield f"  in that window: {numbers}"
    yield f"  condition: {member['condition']}  that is  {member['condition_with_values']}"
    values = ", ".join(f"{name} = {value:g}" for name, value in member["values"].items())
    yield f"  with {values} {member['unit']}".rstrip()
    if member["for_minutes"]:
        yield f"  fires after {member['for_minutes']:g} min of it"
    yield f"  now in force: layer {member['layer']}{_layers(member)}"
    yield f"  source: {member['source']} (trust: {member['trust']})"
    yield f"  clears when: {member['clears_when']}"


def _layers(found: dict[str, Any]) -> str:
    changed = ", ".join(f"{field} by {layer}" for field, layer in found["layers"].items())
    reasons = "; ".join(found["reasons"])
    return (f": {changed}" if changed else "") + (f", because {reasons}" if reasons else "")
