import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteward_contracts.topics import (
    SLUG_PATTERN,
    BadTopicError,
    Kind,
    Topic,
    events_topic,
    parse_topic,
    subscription,
)

slugs = st.from_regex(SLUG_PATTERN.removesuffix("$") + r"\Z")


@given(slugs, slugs, st.sampled_from(list(Kind)))
def test_a_topic_is_read_back_as_it_was_written(site: str, device: str, kind: Kind) -> None:
    topic = Topic(site, device, kind)
    assert parse_topic(str(topic)) == topic


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("siteward/v1/garden/dust-1", "siteward/v1/{site}"),
        ("siteward/v1/garden/dust-1/telemetry/more", "siteward/v1/{site}"),
        ("siteward/v2/garden/dust-1/telemetry", "siteward/v1/{site}"),
        ("siteward/v1/Garden/dust-1/telemetry", "site 'Garden'"),
        ("siteward/v1/garden//telemetry", "device ''"),
        ("siteward/v1/-garden/dust-1/telemetry", "site '-garden'"),
        (f"siteward/v1/{'g' * 64}/dust-1/telemetry", "site 'ggg"),
        ("siteward/v1/garden\n/dust-1/telemetry", "site 'garden"),
        ("siteward/v1/garden/dust-1/telemetri", "none of telemetry, detection"),
        ("siteward/v1/_events/garden/telemetry", "site '_events'"),
    ],
)
def test_what_is_wrong_with_a_topic_is_named(text: str, named: str) -> None:
    with pytest.raises(BadTopicError) as caught:
        parse_topic(text)
    assert named in str(caught.value)


def test_filters_and_event_topics() -> None:
    assert subscription(Kind.STATUS) == "siteward/v1/+/+/status"
    assert subscription(Kind.COMMAND, "garden", "cam-1") == "siteward/v1/garden/cam-1/command"
    assert events_topic("garden") == "siteward/v1/_events/garden"
