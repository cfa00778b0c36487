# Everything a person or a machine does with this project. `make` alone explains itself.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CLUSTER := build/cluster
BROWSER := build/browser
ORIGINALS ?= ../shared/originals
GOLD ?= ../shared/gold
NEWS ?= ../shared/benchmarks/newsmtsc/train.jsonl
SCALE ?= ../shared/scale/scale_10k.jsonl.gz

# Where HOME cannot be written, what tools keep there goes into build/.
ifneq ($(shell test -w "$$HOME" && echo yes),yes)
export HOME := $(shell mkdir -p build/home && cd build/home && pwd)
endif

.PHONY: help report test check lab notebooks corpus cluster benchmark lock newest clean

help: ## explain the verbs
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; found %d.%d. Try: make PYTHON=python3.12" % sys.version_info[:2])'
	@$(PYTHON) -m venv --clear $(VENV) || { echo "Python cannot make environments here; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

report: $(READY) ## execute the notebooks on the shipped corpus and render the site into site/
	@$(BIN)/talks report --out site

# Dask stands apart: few need it.
$(CLUSTER)/.ready: requirements-cluster.lock $(READY)
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes --target $(CLUSTER) -r requirements-cluster.lock
	@touch $@

# Drives an installed Chromium and brings the rules of accessibility. Without npm those tests are skipped.
$(BROWSER)/.ready: tests/slow/browser/package.json tests/slow/browser/package-lock.json
	@mkdir -p $(BROWSER) && cp tests/slow/browser/package*.json $(BROWSER)
	@if command -v npm >/dev/null; then cd $(BROWSER) && npm ci --silent --no-audit --no-fund && touch .ready; \
	  else echo "npm not found: the pages will not be opened in a browser"; fi

# Each output of each notebook is compared with the committed one, under another hash seed, hour, locale and number of threads.
NBVAL := python -m pytest -c tests/nbval.ini --rootdir . --numprocesses 2 --dist loadfile notebooks
ELSEWHERE := PYTHONHASHSEED=4242 TZ=Pacific/Auckland LC_ALL=C OPENBLAS_NUM_THREADS=1

test: $(READY) $(CLUSTER)/.ready $(BROWSER)/.ready ## run all tests: code, examples, notebooks executed anew, data, site, extras
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile
	$(ELSEWHERE) $(BIN)/$(NBVAL)
	PYTHONPATH="$(CURDIR)/$(CLUSTER)" $(BIN)/python -m pytest tests/slow/test_cluster.py

check: $(READY) ## lint code and notebooks, check their formatting and which wing imports which
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-cache

lab: $(READY) ## open JupyterLab in notebooks/
	@$(BIN)/talks lab

notebooks: $(READY) ## execute the notebooks in place: the only way their outputs are written
	$(BIN)/python -m analysis_helpers.report.execute notebooks

corpus: $(READY) ## measure the corpora and data/validation again, join the labels (ORIGINALS= GOLD= folders NEWS=file)
	$(BIN)/talks build data/example_sources --metadata data/example_metadata.csv --out data/example_corpus
	$(BIN)/talks build "$(ORIGINALS)/articles" "$(ORIGINALS)/statements_2025.jsonl" \
	  "$(ORIGINALS)/official_2017_2024/official_2017_2024.jsonl.gz" --without-text --out data/corpus \
	  --metadata data/sources/articles.csv data/sources/statements.csv data/sources/official_2017_2024.csv
	$(BIN)/python training/list_agreement.py "$(ORIGINALS)"
	$(BIN)/python training/labels.py "$(GOLD)" "$(ORIGINALS)" "$(NEWS)"
	$(BIN)/python -m analysis_helpers.report.data_package data

cluster: $(READY) ## add Dask distributed to the environment: builds on the machines of a cluster (docs/scale.md)
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements-cluster.lock

benchmark: $(READY) ## measure whole builds beside a script by hand (ORIGINALS=folder SCALE=texts.jsonl.gz); into docs/performance.md
	$(BIN)/python -m benchmarks "$(ORIGINALS)" "$(SCALE)" --write docs/performance.md

PIN := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock"
lock: ## pin all dependencies again
	$(PIN) --extra lab --extra site --extra test pyproject.toml --output-file requirements.lock
	set -e; for extra in cluster; do \
	  grep -E "^$$extra = " pyproject.toml | grep -oE '"[^"]+"' | tr -d '"' | \
	    $(PIN) --constraints requirements.lock - --output-file requirements-$$extra.lock; done

newest: ## test with the packages that are installed in PYTHON, comparing only marked cells
	$(PYTHON) -m pytest --numprocesses 2 --dist loadfile
	$(PYTHON) -m pytest -c tests/nbval.ini --rootdir . --nbval-lax notebooks

clean: ## remove what was built (not data/, not notebooks/)
	rm -rf $(VENV) build site .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
