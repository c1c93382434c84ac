"""Rules of one site exchanged while the engine runs."""

from dataclasses import replace

from siteward_rules.stream.engine import Engine
from siteward_rules.stream.rule import StreamRule
from tests.rules.test_stream import (
    MINUTE,
    NIGHT,
    RULES,
    Store,
    changes,
    noise,
    reading,
    rules,
    run,
    sight,
)


def test_a_changed_rule_goes_on_as_after_a_restart_and_others_are_left_alone() -> None:
    own = {"school": rules("SR-NOISE-NIGHT", "SR-INTRUSION")}
    seen = noise(58.0, range(60))
    engine = Engine(lambda site: own.get(site, ()), Store(seen))
    fired = run(engine, [*seen, sight(NIGHT, "a")])
    assert changes(fired) == [("firing", "SR-NOISE-NIGHT"), ("firing", "SR-INTRUSION")]
    own["school"] = [limited(RULES["SR-NOISE-NIGHT"], 60.0), RULES["SR-INTRUSION"]]
    engine.change_rules("school")
    ended = run(engine, noise(58.0, range(60, 120)))
    assert changes(ended) == [("resolved", "SR-NOISE-NIGHT")]
    assert ended[0].incident == fired[0].incident
    (updated,) = engine.feed(sight(NIGHT + MINUTE, "b"))
    assert (updated.change, updated.incident) == ("updated", fired[1].incident)


def test_a_rule_that_is_gone_is_forgotten_with_what_it_remembered() -> None:
    own = {"school": rules("SR-AGENT-OFFLINE", "SR-INTRUSION")}
    engine = Engine(lambda site: own.get(site, ()))
    run(engine, [sight(NIGHT, "a"), reading("online", NIGHT, 0.0, "cam")])
    engine.take_changes()
    own["school"] = rules("SR-AGENT-OFFLINE")
    engine.change_rules("school")
    assert engine.feed(sight(NIGHT, "a", ends=True)) == []
    kept = engine.take_changes()
    assert list(kept["school/cam"]) == ["SR-AGENT-OFFLINE|"]
    ticks = [t for _ in range(6) for t in engine.tick(NIGHT + 5 * MINUTE)]
    assert changes(ticks) == [("firing", "SR-AGENT-OFFLINE")]


def test_an_input_of_the_whole_site_goes_on_counting_after_its_rule_changed() -> None:
    of_site = next(r for r in RULES.values() if any(i.of_site for i in r.inputs))
    own = {"school": [of_site]}
    engine = Engine(lambda site: own.get(site, ()))
    engine.feed(reading(of_site.reads, NIGHT, 1.0))
    own["school"] = [limited(of_site, 0.123)]
    engine.change_rules("school")
    for beside in of_site.inputs:
        engine.feed(reading(beside.metric, NIGHT, 1.0, "other"))


def limited(rule: StreamRule, limit: float) -> StreamRule:
    return replace(rule, limit=limit)
