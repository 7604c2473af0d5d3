# Two commands do everything on a fresh machine: `make run` and `make test`.
VENV := .venv
BIN := $(VENV)/bin
INDEX ?= var/index
# Where torch comes from; on Linux the one on PyPI brings gigabytes of CUDA, that of PyTorch's CPU index brings none:
# make install TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false

.PHONY: run install test lint bench docs clean ask ready dev browser safety coverage attack soak tried

run: install ## create the environment, build the index, serve the chat and print the address
	$(BIN)/footnote serve --index $(INDEX)

ask: install ## make ask Q="How long should I ice my ankle?"
	@$(BIN)/footnote ask --index $(INDEX) "$(Q)"

install: $(VENV)/.installed ## the environment, with everything that answering and building an index need

$(VENV)/.installed: pyproject.toml
	python3 -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet torch==2.13.0 $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX))
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
	$(BIN)/python scripts/audit

coverage: dev ## branches that the tests take; fails below 100 % of safety, citations and generations, 95 % of all
	$(BIN)/python -m pytest --cov --cov-report= $(COVERED)
	$(BIN)/python -m coverage report --include='bot/safety/*,bot/answering/quote.py' --fail-under=100
	$(BIN)/python -m coverage report --include='index/generation.py,index/store.py,index/verify.py' --fail-under=100
	$(BIN)/python -m coverage report --skip-covered --fail-under=95

attack: dev ## what strangers on the open internet do; INDEX names the index
	$(BIN)/python -m benchmarks.attack --index $(INDEX)

tried: dev ## how many inputs the tests make up, and how many fail
	$(BIN)/python -m benchmarks.tried

soak: dev ## ten minutes at 70 % of capacity with two workers; INDEX names the index
	$(BIN)/python -m benchmarks.soak --index $(INDEX)

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
