"""A throwaway PostgreSQL cluster for tests."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from tests.servers import free_port, program, running, wait_for_port

_BINARIES = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL server on loopback that trusts everybody; yields its SQLAlchemy URL.

    Its folder is not pytest's: that one is closed to others, and PostgreSQL is another user
    where tests run as root, as which it refuses to run.
    """
    initdb, server = program("initdb", *_BINARIES), program("postgres", *_BINARIES)
    with TemporaryDirectory(prefix="siteward-postgres-") as name:
        folder, user = Path(name), list[str]()
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
            user = [program("runuser"), "-u", "postgres", "--"]
        data = folder / "data"
        subprocess.run(
            [*user, initdb, "-D", str(data), "-U", "siteward", "-A", "trust", "-E", "UTF8",
             "--locale", "C", "--no-sync"],
            check=True, capture_output=True, cwd="/",
        )  # fmt: skip
        port = free_port()
        command = [
            *user, server, "-D", str(data), "-p", str(port), "-c", "listen_addresses=127.0.0.1",
            "-c", "unix_socket_directories=", "-c", "fsync=off",
        ]  # fmt: skip
        log = (folder / "log").open("wb")
        with log, running(command, stdout=log, stderr=log, cwd="/") as process:
            wait_for_port(port, process)
            _wait_until_started(port)
            yield f"postgresql+psycopg://siteward@127.0.0.1:{port}/postgres"


def _wait_until_started(port: int) -> None:
    """A busy machine listens some time before it lets anybody in."""
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="siteward", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
