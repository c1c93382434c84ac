"""State templates: every kind of project of the seed has one."""

from itertools import pairwise

import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from siteward_contracts.state_templates import states_of, steps, templates
from siteward_edge.config.progress import Zone
from siteward_edge.main import command

KINDS = {
    "pocket_park",
    "road",
    "kindergarten",
    "elderly_care",
    "lift_retrofit",
    "canteen",
    "health_equipment",
    "parking_marking",
}
SQUARE = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)]


def test_every_kind_of_project_has_a_template() -> None:
    assert set(templates()) == KINDS
    assert {name for name, t in templates().items() if not t.camera} == {
        "canteen",
        "health_equipment",
    }


@pytest.mark.parametrize("name", sorted(KINDS))
@pytest.mark.parametrize("storeys", [1, 3, 6])
def test_percents_rise_and_end_at_a_hundred_or_say_why(name: str, storeys: int) -> None:
    template = templates()[name]
    states = steps(template, storeys)
    assert all(after.percent > before.percent for before, after in pairwise(states))
    assert states[-1].percent == 100 or template.ends
    assert len({s.code for s in states}) == len(states)
    assert all(s.zh and s.en for s in states)


def test_storeys_share_their_span_equally_and_the_last_is_the_topping_out() -> None:
    states = {s.code: s.percent for s in states_of("kindergarten", 3)}
    assert (states["foundation"], states["s1_concrete"], states["s3_concrete"]) == (18, 32, 60)
    assert states["s1_formwork"] == pytest.approx(22.67)
    assert {s.code: s.percent for s in states_of("lift_retrofit", 6)}["shaft6"] == 65


def test_a_zone_takes_its_states_from_a_template() -> None:
    zone = Zone(id="block", polygon=SQUARE, template="kindergarten", storeys=2)
    assert [s.code for s in zone.states][3:6] == ["s1_formwork", "s1_rebar", "s1_concrete"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"template": "castle"}, "no template 'castle'; known: canteen"),
        ({"template": "canteen"}, "nothing a camera can see"),
        ({"template": "road", "storeys": 3}, "has no storeys; remove storeys"),
        ({}, "name a template"),
        (
            {"template": "road", "confirmed": {"state": "roof", "at": "2026-11-20T08:00:00+08:00"}},
            "confirmed names state 'roof'; it must be one of untouched",
        ),
    ],
    ids=["unknown", "indoors", "no storeys", "no states", "unknown state confirmed"],
)
def test_a_zone_that_cannot_be_followed_is_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Zone.model_validate({"id": "block", "polygon": SQUARE, **given})


def test_templates_are_listed_and_printed() -> None:
    listed = CliRunner().invoke(command, ["templates"])
    assert listed.exit_code == 0
    assert all(name in listed.output for name in KINDS)
    road = CliRunner().invoke(command, ["templates", "road"]).output
    assert "60.00  base" in road and "accepted here" in road
    as_yaml = CliRunner().invoke(
        command, ["templates", "lift_retrofit", "--storeys", "2", "--yaml"]
    )
    assert "- {code: shaft2, percent: 65.0}" in as_yaml.output
    wrong = CliRunner().invoke(command, ["templates", "castle"])
    assert wrong.exit_code == 1 and "known: canteen" in wrong.output
