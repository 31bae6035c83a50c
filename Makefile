# CareLoop: `make run` and `make test` each do everything, on a machine with nothing but Python 3.11+, make and git.

PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup run test check tour bench faults lock build
.NOTPARALLEL:

help: ## List what can be made
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' Makefile | while IFS='	' read -r name words; do printf '  make %-8s %s\n' "$$name" "$$words"; done

setup: ## Make .venv with the locked packages and what Qt needs (run and test do this themselves)
	@$(PYTHON) bootstrap.py

run: setup ## Open the demo clinic; without a display, walk through a month and leave screenshots and packets
	@$(BIN)/python -m app run

# Two at a time, a file to a worker: most of a test's time is Argon2 and Qt, each of which keeps one core busy.
test: check ## Every check, then every test
	$(BIN)/pytest --numprocesses 2 --dist loadfile

check: setup ## The quick checks: format, lint, types, import contract
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports

tour: setup ## Walk through a month without a display: screenshots and packets under build/tour
	@$(BIN)/python -m app tour build/tour

bench: setup ## Measure what has a promised time
	@$(BIN)/python -m tests.bench

faults: setup ## The long fault tests: kills, full disks, damaged files
	$(BIN)/pytest tests/faults --long

lock: setup ## Write requirements.lock anew from pyproject.toml (UPGRADE=--upgrade takes newer versions)
	@$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes $(UPGRADE) \
		--no-emit-index-url --no-header --no-annotate --no-strip-extras --quiet -o requirements.lock

build: setup ## Build the program for this system, in one folder: dist/careloop
	$(BIN)/pyinstaller --noconfirm --clean --workpath build/pyinstaller build.spec
