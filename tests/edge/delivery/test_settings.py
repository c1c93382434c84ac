from pathlib import Path

import pytest

from siteward_contracts.config_file import ConfigError
from siteward_edge.config.agent import load_config

HEAD = "site: s\noutbox: {path: o.db}\n"


def problems_of(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "edge.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    return [str(p).removeprefix(f"{file}:") for p in caught.value.problems]


def test_a_link_with_everything_is_read(tmp_path: Path) -> None:
    file = tmp_path / "edge.yaml"
    text = (
        "mqtt: mqtts://h\nlink: {max_kbit: 64, tls: {ca: c.pem, certificate: a.pem, key: a.key}}\n"
    )
    file.write_text(HEAD + text, encoding="utf-8")
    link = load_config(file).link
    assert (link.max_kbit, link.max_messages, link.tls.ca) == (64, 500, Path("c.pem"))


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        (
            "mqtt: mqtt://h\nlink:\n  tls: {ca: c.pem}\n",
            "5: link.tls",
            "does not encrypt (write mqtts:// in mqtt, or remove tls)",
        ),
        (
            "mqtt: mqtts://h\nlink:\n  tls: {certificate: a.pem}\n",
            "5: link.tls",
            "certificate is given without key; give both or none",
        ),
        ("mqtt: mqtt://h\nlink:\n  max_kbits: 9\n", "5: link.max_kbits", "did you mean 'max_kbit'"),
        (
            "mqtt: mqtt://h\nlink:\n  max_kbit: 1\n",
            "5: link.max_kbit",
            "greater than or equal to 8",
        ),
        ("mqtt: http://h\n", "3: mqtt", "must be mqtt://host:port or mqtts://host:port"),
    ],
)
def test_a_link_that_cannot_work_is_refused_with_line_and_remedy(
    tmp_path: Path, text: str, where: str, message: str
) -> None:
    found = problems_of(tmp_path, text)
    assert len(found) == 1, found
    assert found[0].startswith(where)
    assert message in found[0]


def test_every_mistake_of_outbox_and_link_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "edge.yaml"
    file.write_text(
        "site: s\n"
        "mqtt: mqtt://h\n"
        "outbox:\n"
        "  path: o.db\n"
        "  max_bytes: 10\n"
        "  max_day: 3\n"
        "link:\n"
        "  keep_alive_seconds: 1\n"
        "  tls: {ca: c.pem}\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert [p.line for p in caught.value.problems] == [5, 6, 8, 9]
