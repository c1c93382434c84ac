"""Rule packs: the shipped ones hold, and every mistake is named with file, line and remedy."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from siteward_contracts.catalog import HAZARDS
from siteward_contracts.config_file import ConfigError
from siteward_rules.language.rule_file import PAGES, load_packs, read_packs, shipped_files
from siteward_rules.language.spec import RuleSpec
from siteward_rules.main import command

SHIPPED = load_packs(shipped_files())
SPECS = [spec for pack in read_packs(shipped_files()) for spec in pack.spec.rules]

GOOD = """\
pack: test
version: "1"
layer: project
rules:
  - id: SR-A
    title: {zh: 甲, en: A}
    when: {metric: noise_laeq, window: 20m, aggregate: energy_mean}
    limit: {value: 55, unit: dB(A)}
    condition: value > limit
    hazard: night_work
    severity: general
    source: {doc: X, trust: default}
"""


def problems(tmp_path: Path, text: str, name: str = "pack.yaml") -> list[str]:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_packs([file])
    return [str(p).removeprefix(f"{tmp_path}/") for p in caught.value.problems]


def test_shipped_packs_cover_what_cameras_and_sensors_can_see() -> None:
    kinds = {spec.hazard for spec in SPECS}
    looked_at_by_people = {
        "no_harness", "open_hole", "material_mess", "hot_work_unattended", "wall_tie_missing",
        "cable_on_ground", "camera_offline",
    }  # fmt: skip
    assert set(HAZARDS) - kinds - looked_at_by_people == set()


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.id)
def test_every_stream_rule_has_its_page_that_names_its_limit(spec: RuleSpec) -> None:
    page = (PAGES / f"{spec.id}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {spec.id} {spec.title.zh}")
    assert f"`{spec.condition}`" in page
    assert f"{spec.source.doc} {spec.source.clause}".strip() in page
    if spec.limit is not None:
        assert f"limit {spec.limit.value:g}" in page


def test_no_page_is_without_its_rule() -> None:
    from siteward_rules.funds import FUND_RULES

    known = {spec.id for spec in SPECS} | {rule.id for rule in FUND_RULES}
    assert {page.stem for page in PAGES.glob("*.md")} == known


def test_good_pack_loads(tmp_path: Path) -> None:
    file = tmp_path / "pack.yaml"
    file.write_text(GOOD, encoding="utf-8")
    (rule,) = load_packs([file])
    assert (rule.id, rule.version, rule.layer, rule.limit) == ("SR-A", "1", "project", 55)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("metric: noise_laeq", "metric: noise_leaq",
         ("pack.yaml:7: rules[0].when.metric: rule SR-A: no metric is called 'noise_leaq' "
         "(did you mean 'noise_laeq'?)")),
        ("unit: dB(A)", "unit: dB",
         ("pack.yaml:8: rules[0].limit.unit: rule SR-A: unit 'dB' is not that of what it reads, "
         "'dB(A)' (convert the limit and write unit: 'dB(A)')")),
        ("value > limit", "value >> limit", "pack.yaml:9: rules[0].condition: rule SR-A: "),
        ("value > limit", "valu > limit",
         ("pack.yaml:9: rules[0].condition: rule SR-A: no value is called valu; "
         "known here: value, limit")),
        ("value > limit", "value + limit", "where true or false is needed"),
        ("value > limit", "value > 500.0", "is always false for value from 20 to 140"),
        ("value > limit", "value > 0.0", "is always true for value from 20 to 140"),
        ("hazard: night_work", "hazard: night_wrok", "did you mean 'night_work'?"),
        ("severity: general", "severity: major", "rule SR-A: Input should be 'info', 'general'"),
        ("severity: general", "severty: general", "did you mean 'severity'?"),
        ("window: 20m", "window: 20min", "'20min' is not a duration; write 30s, 20m, 1h or 7d"),
        ("window: 20m, ", "", "window and aggregate go together"),
        ("metric: noise_laeq", "metric: noise_laeq, fact: spi", "exactly one of metric"),
        ("trust: default", "trust: sure", "Input should be 'read', 'verify' or 'default'"),
        ("    hazard: night_work\n", "", "rule SR-A: is missing (add 'hazard' here)"),
        ("condition:", "hours: 22:00-06:00\n    hours: x\n    condition:", "said twice"),
        ("condition:", 'hours: "25:00-06:00"\n    condition:', "are not hours"),
        ("noise_laeq", "pm10", "energy_mean is for levels in dB(A)"),
    ],
)  # fmt: skip
def test_mistake_is_named_with_line_rule_and_remedy(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert GOOD.count(old) == 1
    found = problems(tmp_path, GOOD.replace(old, new))
    assert any(expected in problem for problem in found), found


def test_all_mistakes_of_all_files_come_at_once(tmp_path: Path) -> None:
    second = GOOD.split("rules:\n")[1].replace("SR-A", "SR-B").replace("general", "huge")
    third = GOOD.split("rules:\n")[1].replace("SR-A", "SR-C").replace("dB(A)", "dB")
    first = GOOD.replace("layer: project", "layer: galaxy")
    found = problems(tmp_path, first + second + third)
    assert [f.split(": ")[1] for f in found] == [
        "layer",
        "rules[1].severity",
        "rules[2].limit.unit",
    ]
    other = tmp_path / "other.yaml"
    other.write_text(GOOD + "colour: red\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_packs([tmp_path / "pack.yaml", other])
    assert {p.file.name for p in caught.value.problems} == {"pack.yaml", "other.yaml"}
    assert any("already defined" in p.message for p in caught.value.problems)


def test_check_command_says_fine_or_lists_and_fails(tmp_path: Path) -> None:
    fine = CliRunner().invoke(command, ["check"])
    assert fine.exit_code == 0 and "are fine" in fine.output
    file = tmp_path / "pack.yaml"
    file.write_text(GOOD.replace("noise_laeq", "nois"), encoding="utf-8")
    bad = CliRunner().invoke(command, ["check", str(file)])
    assert bad.exit_code == 1 and f"{file}:7: rules[0].when.metric" in bad.output


def test_list_command_shows_both_families_with_trust() -> None:
    out = CliRunner().invoke(command, ["list"], env={"COLUMNS": "300"}).output
    assert "SR-NOISE-NIGHT" in out and "FR-21" in out and "verify" in out
