# Two commands for everyone: `make run` and `make test`. Both set up what is missing first.
#   WORKERS=2 make test  tests in two processes, each with a Rasa and a browser of its own
#   RASA=off make run    without the dialogue engine (no Python 3.10 needed)

BIN := .venv/bin
WITHOUT_RASA := $(if $(filter off,$(RASA)),--without-rasa)
PYTEST_ARGUMENTS ?=
# Processes that share the tests, a whole file at a time; 1 runs them in order, quick ones first.
WORKERS ?= 1
SPREAD := $(if $(filter 1,$(WORKERS)),-p tests.run_order,-n $(WORKERS) --dist loadfile)

.PHONY: run test check setup lint format types lock clean help

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

run: ## set up what is missing, then start the service and Rasa
	@python=$$(./scripts/find-python) && "$$python" -m scripts.setup $(WITHOUT_RASA)
	@exec $(BIN)/hotline up $(WITHOUT_RASA)

test: ## set up the same, then lint, types and every test
	@python=$$(./scripts/find-python) && "$$python" -m scripts.setup --tests
	@$(MAKE) --no-print-directory check

check: lint types ## lint, types and every test, without set-up
	$(BIN)/python -m pytest -p tests.skip_guard $(SPREAD) $(PYTEST_ARGUMENTS)

setup: ## set up for work on the code, start nothing
	@python=$$(./scripts/find-python) && "$$python" -m scripts.setup --tests $(WITHOUT_RASA)

lint: ## ruff: rules and layout
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: ## lay the code out and apply the safe repairs
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: ## mypy, strict
	$(BIN)/mypy
	$(BIN)/mypy -p scripts

lock: ## resolve both environments again and write the lock files
	@python=$$(./scripts/find-python) && "$$python" -m scripts.lock

clean: ## remove both environments and the caches; data in var/ stays
	rm -rf .venv .venv-rasa .cache .mypy_cache .ruff_cache .pytest_cache *.egg-info
