# The two that a newcomer needs: `make demo`, `make test`. All of them: `make help`.
PYTHON ?= python3
UV ?= uv
VENV := .venv
BIN := $(VENV)/bin
DEMO := .demo
WORKERS ?= 2
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help demo test check lint golden neo4j bench soak real lock clean

help: ## What can be made
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{ printf "  make %-8s %s\n", $$1, $$2 }'

# An environment is made once, and again only when a lock file or the project file changes.
$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; say make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/runtime: requirements/runtime.txt requirements/build.txt pyproject.toml | $(VENV)/made
	$(PIP) --require-hashes --requirement requirements/runtime.txt --requirement requirements/build.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev: requirements/dev.txt $(VENV)/runtime
	$(PIP) --require-hashes --requirement requirements/dev.txt
	@touch $@

# Kernels are compiled once and kept beside the sources; so no test, and no first question, waits for it.
$(VENV)/warm: $(VENV)/dev $(wildcard thread/projection/kernels/*.py thread/reasoning/kernels*.py)
	@rm -rf $(VENV)/plant && $(BIN)/thread demo --load-only --store $(VENV)/plant >/dev/null
	@$(BIN)/thread impact P-1 P-2 --store $(VENV)/plant >/dev/null && rm -rf $(VENV)/plant
	@touch $@

demo: $(VENV)/runtime ## Generate the welding line, open the service, print the addresses
	$(BIN)/thread demo --store $(DEMO) $(if $(PORT),--port $(PORT))

lint: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check: lint $(VENV)/warm ## Format, types, layers and quick tests, in under a minute
	$(PYTEST) --quiet --numprocesses $(WORKERS) --dist loadfile -m "not slow and not soak and not real_data"

# The judges of the GraphQL service are Node programs, pinned in a lock of their own; without Node this says what is missing.
$(VENV)/judges: tests/conformance/package-lock.json tests/conformance/tools.py $(VENV)/dev
	@$(BIN)/python -m tests.conformance.tools
	@touch $@

test: lint $(VENV)/warm $(VENV)/judges ## Everything but the soak and the full real data, installing what it needs
	$(PYTEST) --numprocesses $(WORKERS) --dist loadfile -m "not soak and not real_data"

golden: $(VENV)/dev ## Write the golden files, printed schemas and README outputs again; read the diff
	THREAD_GOLDEN=write $(PYTEST) --quiet -m "not soak and not real_data" \
		$(shell grep -rliE 'golden' tests --include='test_*.py')

neo4j: $(VENV)/dev ## Start a Neo4j on loopback and print how to reach it; needs Java and Maven
	$(BIN)/python -m tools.neo4j.server

bench: $(VENV)/warm ## Measure the figures; ONLY=reasoning measures one
	@for script in $(if $(ONLY),$(ONLY),$(basename $(notdir $(shell grep -l __main__ tests/bench/*.py)))); do \
		echo "== $$script"; $(BIN)/python -m tests.bench.$$script || exit 1; done

soak: $(VENV)/dev ## The full counts of kills and random plants
	$(PYTEST) -m soak

real: $(VENV)/dev ## The counts on the full real data; THREAD_DATA is its folder
	@test -n "$(THREAD_DATA)" || { echo "real: set THREAD_DATA to the folder that holds azure-pdm/" >&2; exit 2; }
	THREAD_DATA="$(THREAD_DATA)" $(PYTEST) -m real_data

lock: requirements/build.in pyproject.toml ## Pin the newest versions again; needs uv
	$(LOCK) requirements/build.in --output-file requirements/build.txt
	$(LOCK) pyproject.toml --output-file requirements/runtime.txt
	$(LOCK) pyproject.toml --extra dev --constraint requirements/runtime.txt --constraint requirements/build.txt --output-file requirements/dev.txt

LOCK := $(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--python-version 3.11 --no-annotate --custom-compile-command "make lock"

clean: ## Remove what was made: environment, caches, demo
	rm -rf $(VENV) $(DEMO) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
