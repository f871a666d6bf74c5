# Every target sets up what it needs in .venv on first use, from the lock files, and does nothing twice.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
Q ?=
DATA ?=
SIZES ?= 1000 10000
FOLDER ?=
# What the image has beside what a bare machine needs: for several replicas, and for whoever watches over them.
IMAGE_EXTRAS := --extra redis --extra traces
# Passed by the environment, so that quotes and dollar signs in a question reach the command as they are.
export Q

.PHONY: ask serve test check evaluate bench check-speed lock audit clean widget check-widget screenshots
.DEFAULT_GOAL := help

help:
	@echo 'make ask Q="…"   answer a question over seeds/'
	@echo 'make serve       the service and the chat page on http://127.0.0.1:8000'
	@echo 'make test        run the tests        make check     format, lint, types, import layers'
	@echo 'make evaluate     ask the question set over seeds/, write a report, and hold the figures to evaluation/rules.toml'
	@echo 'make widget      rebuild the chat widget (the only one that needs node)'
	@echo 'make bench       speed at SIZES="1000 10000" passages and beside peers; with DATA=DIR also quality over a folder of sets'

.venv/created:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Kilde needs Python 3.11 or newer, found " + sys.version.split()[0] + "; name another one with make PYTHON=…")'
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/runtime: requirements.lock pyproject.toml .venv/created
	@echo 'Setting up in .venv (once, about a minute) …' >&2
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps -e .
	@touch $@

.venv/dev: requirements-dev.lock .venv/runtime
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

ask: .venv/runtime
	@$(BIN)/kilde ask "$$Q"

serve: .venv/runtime
	@$(BIN)/kilde serve

# On every core; what ends first takes over from the others.
test: .venv/dev
	$(BIN)/python -m pytest -n auto --dist worksteal

check: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

evaluate: .venv/dev
	@$(BIN)/kilde evaluate run evaluation/questions/seeds.jsonl --name latest --fresh
	@$(BIN)/kilde evaluate report latest
	@$(BIN)/kilde evaluate gate latest --rules evaluation/rules.toml

# The peers that are not among the tools: pip install -e ".[bench]".
bench: .venv/dev
	$(BIN)/python -m benchmarks.speed --sizes $(SIZES) $(if $(FOLDER),--folder "$(FOLDER)")
	$(if $(DATA),$(BIN)/python -m benchmarks.retrieval --data "$(DATA)")

# Holds ratios within one run to those in docs/performance.json; a minute, and three where the machine is busy.
check-speed: .venv/dev
	$(BIN)/python -m benchmarks.speed --check

# The only targets that need node and npm. What they build is committed: nobody needs them to run the service.
widget: widget/node_modules
	npm --prefix widget run --silent build

# Fails unless the committed bundle is exactly what its sources build.
check-widget: widget/node_modules
	npm --prefix widget run --silent check

widget/node_modules: widget/package-lock.json
	npm --prefix widget ci --silent
	@touch $@

# The pictures in docs/widget.md; needs Chromium.
screenshots: .venv/dev
	$(BIN)/python widget/screenshots.py

# Only after changing the dependencies in pyproject.toml.
lock: .venv/dev
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url -q -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml $(IMAGE_EXTRAS) --universal --python-version 3.11 --generate-hashes --no-emit-index-url -q -c requirements.lock -o requirements-image.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url -q -c requirements.lock -o requirements-dev.lock

# Known faults in what we depend on. It asks PyPI and npm for their advisories, so it is not a part of CI: it fails where
# either does not have them.
audit: .venv/dev
	$(BIN)/uv tool run pip-audit==2.10.1 --strict --disable-pip --require-hashes --progress-spinner off -r requirements.lock
	npm --prefix widget audit --package-lock-only

clean:
	rm -rf .venv .kilde
