"""Downloads from a real HTTP server that breaks links, knows ranges or does not, and lies."""

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from siteward_edge.models.fetch import TRIES, FetchError, fetch
from siteward_edge.models.main import command
from tests.servers import free_port

CONTENT = bytes(range(256)) * 2000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Site:
    """What a server does: ``cuts`` are the bytes it sends of each answer before it hangs up."""

    content: bytes = CONTENT
    ranges: bool = True
    cuts: list[int] = field(default_factory=list)
    pages: dict[str, bytes] = field(default_factory=dict)
    status: int = 200
    asked: list[str | None] = field(default_factory=list)
    url: str = ""


@contextmanager
def served(site: Site) -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            site.asked.append(wanted)
            body = site.pages.get(self.path, site.content)
            if site.status != 200:
                self.send_error(site.status)
                return
            start = 0
            if wanted and site.ranges:
                start = int(wanted.removeprefix("bytes=").removesuffix("-"))
                if start >= len(body):
                    self.send_error(416)
                    return
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            cut = site.cuts.pop(0) if site.cuts else len(body)
            self.wfile.write(body[start : start + cut])
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_address[1]}/model.onnx"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def had(site: Site, target: Path, sha256: str = SHA256) -> list[tuple[int, int | None]]:
    told: list[tuple[int, int | None]] = []
    fetch(site.url, target, sha256, lambda done, total: told.append((done, total)), lambda _: None)
    return told


def test_a_file_is_fetched_and_its_progress_told(tmp_path: Path) -> None:
    with served(Site()) as site:
        told = had(site, tmp_path / "new" / "model.onnx")
    assert (tmp_path / "new" / "model.onnx").read_bytes() == CONTENT
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["model.onnx"]
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_broken_download_goes_on_where_it_broke(tmp_path: Path) -> None:
    with served(Site(cuts=[100_000, 70_000])) as site:
        had(site, tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx").read_bytes() == CONTENT
    assert site.asked == [None, "bytes=100000-", "bytes=170000-"]


def test_a_server_without_ranges_begins_anew(tmp_path: Path) -> None:
    with served(Site(ranges=False, cuts=[100_000])) as site:
        had(site, tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx").read_bytes() == CONTENT
    assert site.asked == [None, "bytes=100000-"]


def test_what_an_earlier_call_brought_is_used_by_the_next(tmp_path: Path) -> None:
    with served(Site(cuts=[200_000] + [0] * TRIES)) as site:
        with pytest.raises(FetchError, match=r"200000 bytes are kept, run the command again"):
            had(site, tmp_path / "model.onnx")
        assert not (tmp_path / "model.onnx").exists()
        assert (tmp_path / "model.onnx.part").stat().st_size == 200_000
        had(site, tmp_path / "model.onnx")
    assert site.asked[-1] == "bytes=200000-"
    assert (tmp_path / "model.onnx").read_bytes() == CONTENT


def test_a_part_that_is_whole_already_is_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "model.onnx.part").write_bytes(CONTENT)
    with served(Site()) as site:
        had(site, tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx").read_bytes() == CONTENT
    assert len(site.asked) == 1


def test_the_part_of_an_older_file_is_thrown_away(tmp_path: Path) -> None:
    (tmp_path / "model.onnx.part").write_bytes(b"older" * 1000)
    with served(Site()) as site:
        had(site, tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx").read_bytes() == CONTENT
    assert site.asked == ["bytes=5000-", None]


def test_of_another_file_nothing_is_kept_and_the_old_one_stays(tmp_path: Path) -> None:
    target = tmp_path / "model.onnx"
    target.write_bytes(b"the old one")
    with (
        served(Site(content=b"not the model")) as site,
        pytest.raises(FetchError, match=rf"not {SHA256}: it is another file"),
    ):
        had(site, target)
    assert [p.name for p in tmp_path.iterdir()] == ["model.onnx"]
    assert target.read_bytes() == b"the old one"


def test_a_missing_file_is_not_asked_for_again(tmp_path: Path) -> None:
    with (
        served(Site(status=404)) as site,
        pytest.raises(FetchError, match="404 Not Found; check the address"),
    ):
        had(site, tmp_path / "model.onnx")
    assert len(site.asked) == 1


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_in_trouble_is_asked_a_few_times(tmp_path: Path, status: int) -> None:
    with (
        served(Site(status=status)) as site,
        pytest.raises(FetchError, match=f"{status}.*0 bytes are kept"),
    ):
        had(site, tmp_path / "model.onnx")
    assert len(site.asked) == TRIES


def test_nobody_there_is_said(tmp_path: Path) -> None:
    waited: list[float] = []
    url = f"http://127.0.0.1:{free_port()}/model.onnx"
    with pytest.raises(FetchError, match=r"refused.*from another machine"):
        fetch(url, tmp_path / "model.onnx", SHA256, lambda *_: None, waited.append)
    assert waited == [2.0, 4.0, 8.0, 16.0]


MANIFEST = f"""\
file: model.onnx
sha256: {SHA256}
layout: yolox
input: [416, 416]
classes: {{0: person}}
thresholds: {{person: 0.4}}
licence: NONE
"""


def test_a_model_is_fetched_by_the_address_of_its_manifest(tmp_path: Path) -> None:
    with served(Site()) as site:
        page = MANIFEST + f"source: {site.url}\n"
        site.pages["/mine.yaml"] = page.encode()
        address = site.url.replace("model.onnx", "mine.yaml")
        arguments = ["fetch", address, "--folder", str(tmp_path / "models")]
        done = CliRunner().invoke(command, arguments)
        again = CliRunner().invoke(command, ["fetch", site.url, *arguments[2:]])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "models" / "mine.yaml").read_text(encoding="utf-8") == page
    assert (tmp_path / "models" / "model.onnx").read_bytes() == CONTENT
    assert "hash as it should be" in done.output
    assert "licence NONE; unlicensed: nobody has the right" in done.output
    assert "is there already" in again.output


def test_a_manifest_with_mistakes_is_refused_and_not_kept(tmp_path: Path) -> None:
    with served(Site()) as site:
        site.pages["/mine.yaml"] = MANIFEST.replace("yolox", "yolo99").encode()
        address = site.url.replace("model.onnx", "mine.yaml")
        done = CliRunner().invoke(command, ["fetch", address, "--folder", str(tmp_path)])
    assert done.exit_code == 1
    assert re.search(r":3: layout: .*'yolo99'", done.output)
    assert list(tmp_path.iterdir()) == []


def test_a_mirror_may_have_the_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(MANIFEST, encoding="utf-8")
    with served(Site()) as site:
        arguments = ["fetch", "mine", "--folder", str(tmp_path)]
        refused = CliRunner().invoke(command, arguments)
        assert refused.exit_code == 1
        assert "give its address with --from" in refused.output
        done = CliRunner().invoke(command, [*arguments, "--from", site.url])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "model.onnx").read_bytes() == CONTENT
