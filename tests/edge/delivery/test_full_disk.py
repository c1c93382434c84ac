"""A file system that is really full, of the outbox itself."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import sys
from pathlib import Path
from siteward_contracts.topics import Kind, Topic
from siteward_edge.delivery.outbox import Outbox, OutboxFullError, Outgoing

folder = Path(sys.argv[1])
outbox = Outbox(folder / "o.db", 10**9)
topic = Topic("s", "d", Kind.DETECTION)
put = 0
try:
    while True:
        outbox.put([Outgoing(topic, b"%06d" % (put + n) + bytes(4000)) for n in range(20)])
        put += 20
except OutboxFullError as error:
    print("full:", error)
try:  # whatever is left goes to somebody else
    (folder / "other").write_bytes(bytes(10**8))
except OSError:
    pass
heard = 0
while batch := outbox.take(100):  # the broker is back
    assert [int(w.payload[:6]) for w in batch] == list(range(heard, heard + len(batch)))
    outbox.settle([w.seq for w in batch])
    heard += len(batch)
print("heard", heard, "of", put)
outbox.put([Outgoing(topic, bytes(4000)) for _ in range(100)])
print("stored again", outbox.depth)
print("checked", outbox._db.execute("PRAGMA integrity_check").fetchone()[0])
"""


@pytest.mark.system
def test_an_outbox_that_filled_the_disk_is_worked_off_and_used_again(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    disk = tmp_path / "disk"
    disk.mkdir()
    inside = f"mount -t tmpfs -o size=24m siteward {disk} && {sys.executable} {script} {disk}"
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", inside],
        capture_output=True,
        text=True,
        check=False,
    )
    refusal = done.stderr.lower()
    if not done.stdout and ("not permitted" in refusal or "permission denied" in refusal):
        pytest.skip(f"this machine lets nobody mount: {refusal.strip()}")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert "disk is full" in lines["full:"]
    heard, put = lines["heard"].split(" of ")
    assert heard == put
    assert int(put) > 2000
    assert lines["stored"] == "again 100"
    assert lines["checked"] == "ok"
