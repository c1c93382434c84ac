from collections.abc import Iterator

import pytest

from tests.ingest.influx_server import influxd


@pytest.fixture(scope="session")
def influx_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with influxd(tmp_path_factory.mktemp("influx")) as url:
        yield url
