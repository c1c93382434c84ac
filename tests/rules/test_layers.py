"""National, city and project layers: who won, and what a layer may not do."""

from pathlib import Path

import pytest

from siteward_contracts.config_file import ConfigError
from siteward_rules.language.layers import Place, resolve
from siteward_rules.language.rule_file import read_packs
from siteward_rules.language.spec import OverrideSpec

NATIONAL = """\
pack: dust
version: "1"
layer: national
rules:
  - id: SR-DUST
    title: {zh: 扬尘, en: Dust}
    when: {metric: tsp, window: 1h, aggregate: mean}
    limit: {value: 1000, unit: µg/m³}
    condition: value > limit
    keep_firing_for: 30m
    hazard: dust
    severity: general
    source: {doc: 国标, trust: verify}
  - id: SR-FIXED
    title: {zh: 固定, en: Fixed}
    when: {metric: pm10}
    limit: {value: 150, unit: µg/m³}
    condition: value > limit
    hazard: dust
    severity: info
    overridable: false
    source: {doc: 国标, trust: read}
"""
PROVINCE = """\
pack: dust-shaanxi
version: "1"
layer: city
place: {region: 陕西}
overrides:
  - rule: SR-DUST
    reason: DB61/1078-2017
    limit: {value: 800, unit: µg/m³}
    source: {doc: DB61/1078-2017, trust: read}
"""
CITY = """\
pack: dust-xian
version: "1"
layer: city
place: {region: 陕西, city: 西安}
overrides:
  - {rule: SR-DUST, reason: 市级从严, limit: {value: 700, unit: µg/m³}}
"""


def write(tmp_path: Path, *texts: str) -> list[Path]:
    files = []
    for index, text in enumerate(texts):
        files.append(tmp_path / f"{index}.yaml")
        files[-1].write_text(text, encoding="utf-8")
    return files


@pytest.mark.parametrize(
    ("place", "limit", "layer", "won"),
    [
        (Place(), 1000, "national", {}),
        (Place("河北"), 1000, "national", {}),
        (Place("陕西"), 800, "city", {"limit": "陕西", "source": "陕西"}),
        (Place("陕西", "宝鸡"), 800, "city", {"limit": "陕西", "source": "陕西"}),
        (Place("陕西", "西安"), 700, "city", {"limit": "陕西 西安", "source": "陕西"}),
    ],
)
def test_a_lower_layer_wins_field_by_field(
    tmp_path: Path, place: Place, limit: float, layer: str, won: dict[str, str]
) -> None:
    packs = read_packs(write(tmp_path, CITY, NATIONAL, PROVINCE))
    rule = next(r for r in resolve(packs, place).rules if r.id == "SR-DUST")
    assert (rule.limit, rule.layer, dict(rule.layers)) == (limit, layer, won)
    assert rule.keep.total_seconds() == 1800


def test_the_project_has_the_last_word_with_its_reason(tmp_path: Path) -> None:
    packs = read_packs(write(tmp_path, NATIONAL, PROVINCE))
    change = OverrideSpec.model_validate(
        {"rule": "SR-DUST", "reason": "环评要求", "limit": {"value": 500, "unit": "µg/m³"}}
    )
    rule = next(r for r in resolve(packs, Place("陕西"), [change]).rules if r.id == "SR-DUST")
    assert (rule.limit, rule.layer, rule.layers["limit"]) == (500, "project", "project")
    assert rule.reasons == ("DB61/1078-2017", "环评要求")


def test_a_rule_switched_off_is_not_run_and_its_reason_is_kept(tmp_path: Path) -> None:
    packs = read_packs(write(tmp_path, NATIONAL))
    off = OverrideSpec(rule="SR-DUST", reason="无土方作业", enabled=False)
    found = resolve(packs, Place(), [off])
    assert [rule.id for rule in found.rules] == ["SR-FIXED"]
    assert found.disabled == {"SR-DUST": "无土方作业"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("rule: SR-DUST", "rule: SR-DUSTY", "no rule is called SR-DUSTY (did you mean 'SR-DUST'?)"),
        ("rule: SR-DUST", "rule: SR-FIXED", "rule SR-FIXED: may not be overridden"),
        ("unit: µg/m³", "unit: mg/m³", "the rule's limit is in 'µg/m³'"),
        ("    reason: DB61/1078-2017\n", "", "rule SR-DUST: is missing (add 'reason' here)"),
        ("place: {region: 陕西}\n", "", "place goes with layer: city"),
        ("    limit:", "    params: {depth: 3}\n    limit:", "has no parameter 'depth'"),
    ],
)
def test_a_wrong_override_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert PROVINCE.count(old) == 1
    with pytest.raises(ConfigError) as caught:
        read_packs(write(tmp_path, NATIONAL, PROVINCE.replace(old, new)))
    assert expected in str(caught.value) and "1.yaml:" in str(caught.value)
