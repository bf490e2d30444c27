# Needs Python 3.11 or newer with venv, and make; everything else comes from the locks, verified by hash.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PEER   ?= .venv-bench

.PHONY: help run test test-e2e mutation bench bench-baseline lint check lock wheel clean

help: ## Say what can be made
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

run: $(VENV)/.run ## Serve the shipped content on http://127.0.0.1:8080 (CDS_PORT and the like change that)
	@exec $(BIN)/cds-service serve

test: $(VENV)/.dev ## Run all tests
	$(BIN)/python -m pytest -n 2 --dist loadscope --cov --cov-report=term-missing:skip-covered

test-e2e: $(VENV)/.dev ## Run the tests with a real FHIR server and a browser (needs Java, Maven and Chromium; fetches some 170 MB the first time)
	$(BIN)/python -m pytest tests/e2e

mutation: $(VENV)/.run ## Change the content in one place at a time: does a case notice? (minutes)
	$(BIN)/cds-service mutate

bench: $(VENV)/.dev $(PEER)/.done ## Measure against the limit of the stack and peers, on an idle machine (20 minutes; BENCH=quick: 3; needs wrk)
	@command -v wrk > /dev/null || { [ "$$(id -u)" -eq 0 ] && apt-get -qq install wrk > /dev/null; } || { echo "wrk is needed: apt-get install wrk (Debian, Ubuntu), as root"; exit 1; }
	$(BIN)/python -m bench --peer $(PEER)/bin/python $(if $(filter quick,$(BENCH)),--quick --out -)

bench-baseline: $(VENV)/.dev ## Record how many operations a call takes, for this minor version of Python
	$(BIN)/python -m bench.operations --record

lint: $(VENV)/.dev ## Style, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: $(VENV)/.run ## Check the content
	$(BIN)/cds-service check

wheel: $(VENV)/.dev ## Build the wheel into dist/
	rm -rf dist
	$(BIN)/python -m build --wheel --no-isolation

lock: $(VENV)/.dev ## Resolve the dependencies anew and write the locks
	$(BIN)/python deploy/lock.py

clean: ## Remove what make has made
	rm -rf $(VENV) $(PEER) dist build tests/e2e/fhir-server/target .coverage .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/it"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The build backend is part of the run lock, so that the package itself is installed without fetching anything unlocked
$(VENV)/.run: $(VENV)/bin/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# Another service to compare with, which pins other versions of our libraries
$(PEER)/.done: bench/requirements.txt
	$(PYTHON) -m venv $(PEER)
	$(PEER)/bin/python -m pip install --quiet --disable-pip-version-check -r bench/requirements.txt
	@touch $@
