"""The written wire contract is the code's, and is valid by the public schemas."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest
import yaml

from siteward_contracts.decode import decode
from siteward_contracts.topics import Kind
from siteward_contracts.wire_files import GOLDEN, MESSAGES, PICTURES, files

ROOT = Path(__file__).parents[2]
WIRE = ROOT / "contracts" / "wire"


def test_written_files_are_what_the_code_generates() -> None:
    written = {str(p.relative_to(WIRE)): p.read_bytes() for p in WIRE.rglob("*.*")}
    assert written == files(), "run 'make wire' and look at the difference"


@pytest.mark.parametrize("kind", GOLDEN)
def test_golden_messages_decode_to_what_they_were(kind: Kind) -> None:
    suffix = "bin" if kind in PICTURES else "json"
    payload = (WIRE / "golden" / f"{kind}.v1.{suffix}").read_bytes()
    golden = GOLDEN[kind]
    assert decode(f"siteward/v1/site/cam-1/{kind}", payload, golden.ts).message == golden


@pytest.mark.parametrize("kind", GOLDEN)
def test_golden_messages_satisfy_their_schema(kind: Kind) -> None:
    schema = json.loads((WIRE / f"{kind}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(msgspec.json.encode(GOLDEN[kind])), schema)


@pytest.mark.parametrize("kind", MESSAGES)
def test_readers_ignore_fields_of_newer_writers(kind: Kind) -> None:
    newer = {**msgspec.to_builtins(GOLDEN[kind]), "added_later": {"x": 1}}
    payload = msgspec.json.encode(newer) + (b"\n\xff\xd8" if kind in PICTURES else b"")
    topic = f"siteward/v1/site/cam-1/{kind}"
    assert decode(topic, payload, GOLDEN[kind].ts).message == GOLDEN[kind]


def test_asyncapi_document_is_valid_by_the_public_schema() -> None:
    public = ROOT / "tests/schemas/node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json"
    schema = json.loads(public.read_text(encoding="utf-8"))
    document = yaml.safe_load((WIRE / "asyncapi.yaml").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(document)
