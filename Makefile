# Everything that a person or CI does with the project; `make help` lists it. Needs Python 3.11 or later and make.

SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What is written by hand, where it is there.
SOURCES := $(wildcard services gateway stack cli partner tools tests bench docs/examples)
TESTS ?= tests
STRUCTURE := ../shared/tools/structure

.DEFAULT_GOAL := help
.PHONY: help setup gen check test isolation streams demo up down status reset bench clean \
	check-format check-lint check-types check-imports check-gen check-contracts check-structure

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

setup: $(VENV)/linked ## Install everything into .venv (done by the other targets where needed)

gen: setup ## Generate gen/ and the tables of docs/ from proto/
	@$(BIN)/python -m tools.contracts
	@$(BIN)/python -m tools.documents

check: check-format check-lint check-types check-imports check-gen check-contracts check-structure ## Check format, lint, types, imports, gen/ and contracts

test: setup ## Run all tests, or TESTS=tests/contracts, on the real embedded components
	@$(BIN)/python -m pytest -q $(TESTS)

isolation: setup ## Let two organizations take 100,000 steps over one connection, or XORB_ISOLATION_STEPS=…
	@XORB_ISOLATION_STEPS=$${XORB_ISOLATION_STEPS:-100000} $(BIN)/python -m pytest -q --log-cli-level=INFO tests/isolation

streams: setup ## Let 1,000 readers stall and cancel 50,000 streams, or XORB_STALLED_READERS=… XORB_CANCELLED_STREAMS=…
	@XORB_STALLED_READERS=$${XORB_STALLED_READERS:-1000} XORB_CANCELLED_STREAMS=$${XORB_CANCELLED_STREAMS:-50000} \
		$(BIN)/python -m pytest -q -s tests/e2e/test_streams.py

demo: setup ## Boot, run a scan on the demo target, print what it found, stop
	@$(BIN)/python -m stack demo

up: setup ## Boot and stay up; Ctrl-C stops everything
	@$(BIN)/python -m stack up

down: setup ## Stop what `make up` started elsewhere; the state stays
	@$(BIN)/python -m stack down

status: setup ## Show every component
	@$(BIN)/python -m stack status

reset: setup ## Stop everything and delete all state; asks first
	@$(BIN)/python -m stack reset

bench: setup ## Run the benchmarks; one JSON line for each figure
	@$(BIN)/python -m bench

clean: ## Remove what was installed and built; the state in .xorb stays
	@rm -rf $(VENV) build xorb.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Each step is redone only when what it depends on has changed.
$(VENV)/installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "XORB needs Python 3.11 or later; name one: make PYTHON=python3.11")'
	@echo "Installing the locked packages into $(VENV); a minute or two"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@touch $@

$(VENV)/linked: $(VENV)/installed pyproject.toml
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

check-format: setup
	@$(BIN)/ruff format --check --quiet $(SOURCES) || { echo "format: run $(BIN)/ruff format"; exit 1; }

check-lint: setup
	@$(BIN)/ruff check --quiet $(SOURCES)

check-types: setup
	@$(BIN)/mypy --no-error-summary $(SOURCES)

check-imports: setup
	@mkdir -p build
	@PYTHONPATH=. $(BIN)/lint-imports --no-logo >build/imports.txt 2>&1 || { cat build/imports.txt; exit 1; }

check-gen: setup
	@$(BIN)/python -m tools.contracts --check
	@$(BIN)/python -m tools.documents --check

check-contracts: check-gen
	@$(BIN)/buf lint build/contracts.binpb --config buf.yaml
	@$(BIN)/buf format --diff --exit-code proto
	@$(BIN)/python -m tools.contracts.breaking

check-structure: setup
	@if [ -x $(STRUCTURE) ]; then $(BIN)/python $(STRUCTURE); fi
