# What a developer or an operator says to a checkout. `make help` lists it.
# Each stamp in .make/ stands for a step that is done; it is redone only when its sources change.

PYTHON ?= python3
NPM ?= npm
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
JOBS ?= logical
# Tests that stand together stay together: they share a furnished city.
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist worksteal
HASHED := install --require-hashes --no-deps
FRONTEND := frontend/build.mjs $(shell find frontend/src -type f)
FRAGMENTS := $(wildcard src/linli/locale/fragments/*.po src/linli/locale/fragments/*/*.po)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test db lint types contracts golden reference messages lock bench search wheel spark format clean

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .make/dev .make/frontend .make/messages ## Set up everything a developer needs, once

demo: .make/app .make/frontend .make/messages ## Set up once, then open city W in the browser
	$(BIN)/linli demo $(DEMO)

test: setup ## Set up once, then run the tests on SQLite (TESTS="-k request" narrows; JOBS=0: one after another)
	$(PYTEST) -m "not slow" $(TESTS)

db: setup ## Run the tests marked db on a private PostgreSQL, started and ended here
	$(BIN)/python scripts/private_postgres.py -- $(PYTEST) -m "db and not slow" $(TESTS)

lint: .make/dev ## Check how the code reads
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: .make/dev ## Rewrite the code the way lint wants it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: setup ## Check types, of Python and of the scripts for the pages
	$(BIN)/mypy
	$(NPM) --prefix frontend run --silent types

contracts: .make/dev ## Check that imports point down only
	$(BIN)/lint-imports --no-logo

golden: setup ## Rewrite the golden files; their diff is the review
	LINLI_GOLDEN=rewrite $(BIN)/python -m pytest -m golden $(TESTS)

reference: setup ## Write the reference shelf from the code; its diff is the review
	$(BIN)/python scripts/reference.py

messages: .make/dev ## Merge and compile the translations; say what is missing
	$(BIN)/python scripts/messages.py compile
	$(BIN)/python scripts/messages.py missing

bench: setup ## Run the benchmarks and print their figures (BENCH=name picks one)
	$(BIN)/python -m benchmarks $(BENCH)

spark: setup ## Install the extra for a cluster, and check that it answers as one machine does
	$(PIP) $(HASHED) -r requirements/spark.txt
	$(BIN)/python -m pytest -m slow src/linli/studies

search: setup ## Search the API as every role, every page in every way, with odd values; kill longer, simulate longer (LINLI_SEARCH=50: more examples)
	LINLI_SEARCH=$${LINLI_SEARCH:-2} $(PYTEST) tests/contract
	LINLI_SEARCH=$${LINLI_SEARCH:-2} $(PYTEST) -m slow src tests

wheel: .make/app .make/frontend .make/messages ## Build the package with its scripts and translations in it
	$(BIN)/hatchling build -t wheel

lock: .make/dev ## Pin every dependency again, with hashes and without addresses
	$(BIN)/python scripts/lock.py

clean: ## Remove whatever make has built here
	rm -rf .make .venv build dist frontend/node_modules
	rm -rf src/linli/web/static/vendor src/linli/web/static/app src/linli/locale/*/LC_MESSAGES

.make/venv:
	@$(PYTHON) scripts/check_machine.py
	$(PYTHON) -m venv .venv
	@mkdir -p .make && touch $@

.make/app: .make/venv requirements/base.txt pyproject.toml
	$(PIP) $(HASHED) -r requirements/base.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.make/dev: .make/app requirements/dev.txt
	$(PIP) $(HASHED) -r requirements/dev.txt
	@touch $@

.make/npm: .make/venv frontend/package-lock.json
	$(NPM) --prefix frontend ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

.make/frontend: .make/npm $(FRONTEND)
	$(NPM) --prefix frontend run --silent build
	@touch $@

.make/messages: .make/app scripts/messages.py $(FRAGMENTS)
	$(BIN)/python scripts/messages.py compile
	@touch $@
