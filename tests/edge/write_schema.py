"""Writes edge/config.schema.json; run ``python -m tests.edge.write_schema`` after a change."""

import json
from pathlib import Path

from siteward_edge.config.agent import EdgeConfig

if __name__ == "__main__":
    text = json.dumps(EdgeConfig.model_json_schema(), indent=2, ensure_ascii=False) + "\n"
    Path(__file__).parents[2].joinpath("edge/config.schema.json").write_text(text, encoding="utf-8")
