# Two commands do everything on a fresh machine: `make run` and `make test`.
VENV := .venv
BIN := $(VENV)/bin
INDEX ?= var/index
export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false

.PHONY: run install test lint bench docs clean ask ready dev browser safety

run: install ## create the environment, build the index, serve the chat and print the address
	$(BIN)/footnote serve --index $(INDEX)

ask: install ## make ask Q="How long should I ice my ankle?"
	@$(BIN)/footnote ask --index $(INDEX) "$(Q)"

install: $(VENV)/.installed ## the environment, with everything that answering and building an index need

$(VENV)/.installed: pyproject.toml
	python3 -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m pip install --quiet -e ".[build]"
	@touch $@

dev: $(VENV)/.dev

$(VENV)/.dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet -e ".[build,dev,docs]"
	@touch $@

browser: ## a Chromium for the browser tests: the one on the path, FOOTNOTE_CHROMIUM, or Debian's
	@sh scripts/browser

test: dev browser lint ## everything, the real-browser tests too
	$(BIN)/python -m pytest

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

safety: install ## the safety suite and its gates alone
	$(BIN)/footnote safety test

bench: dev ## what is fast and what is right, as figures; needs minutes
	@sh scripts/bench

docs: dev ## write what is generated, then the site into site/; a broken link or anchor fails
	$(BIN)/python -m docs.generate
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --nitpicky -c docs -d var/docs . site
	@echo "site/index.html"

clean:
	rm -rf $(VENV) var build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage htmlcov node_modules
