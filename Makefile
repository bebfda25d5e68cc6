# What one does with a checkout. `make` alone lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Tests share the cores among this many processes, of which one in three waits for a server or a
# lock; 0 is one process, for a debugger.
WORKERS ?= 3

MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help install demo check test browser format bench bench-validity bench-gaming pins clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

install: $(VENV)/.installed ## put the advocacy command into .venv/bin
	@echo "Advocacy is installed: $(BIN)/advocacy, or make demo to look around."

demo: $(VENV)/.installed ## start a programme with people in it; HOST= and PORT= choose the address
	@$(BIN)/advocacy demo $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT))

check: $(VENV)/.installed-test ## format, lint, types and floors, in seconds
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(VENV)/.installed-test ## check, every test on SQLite and PostgreSQL, then in a browser
	@$(MAKE) -j2 browser check
	$(BIN)/pytest -n $(WORKERS) --ignore=tests/browser
	CHROMIUM="$$(scripts/browser)" $(BIN)/pytest -n $(WORKERS) tests/browser

browser: $(VENV)/.installed-test
	@scripts/browser > /dev/null

format: $(VENV)/.installed-test ## write the code as `make check` wants it
	$(BIN)/ruff check --fix-only --exit-zero --quiet .
	$(BIN)/ruff format .

bench: $(VENV)/.installed-test ## measure; ARGS= goes to the benchmarks
	$(BIN)/python -m bench $(ARGS)

bench-validity: $(VENV)/.installed-test ## hold points against relationships; STUDY= is an import folder
	@$(BIN)/python -m bench.validity "$(STUDY)" $(ARGS)

bench-gaming: $(VENV)/.installed-test ## what cheating would earn among the people of STUDY=
	@$(BIN)/python -m bench.gaming "$(STUDY)" $(ARGS)

pins: ## choose the newest versions of what we use and write them to requirements/
	@scripts/pins

clean: ## remove what make and the tests made; the data in var/ stays
	rm -rf $(VENV) build dist test-results .pytest_cache .mypy_cache .ruff_cache .hypothesis
	rm -rf .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps, so that a second run asks nobody anything. The build tools are pinned among the
# rest: without isolation pip fetches nothing on its own for the editable install.
$(VENV)/.installed: requirements/run.txt pyproject.toml
	@scripts/python "$(PYTHON)"
	@echo "Installing into $(VENV), once; this takes about half a minute."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-test: requirements/test.txt $(VENV)/.installed
	@echo "Installing the test tools into $(VENV), once."
	@$(PIP) install --require-hashes -r requirements/test.txt
	@touch $@
