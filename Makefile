# Guitai. `make run` starts a countertop, `make test` passes the tests; both install what is missing first.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
env := . setup/env.sh

.PHONY: help run test check storm storm-long kill-long storm-mutants mutants mutants-by-hand bench format clean

help: ## what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

run: ## a whole countertop: bank, virtual board, terminal, and the page in the browser
	@setup/install.sh run
	@$(env)
	exec node board/countertop.ts

test: ## every test: types, lint, tidy, unit, golden, properties, stories, the page, kills, the model, a storm
	@setup/install.sh test
	@$(env)
	npx tsc -p .
	npx biome check --error-on-warnings .
	node test/storms/storm.ts
	npx tap --jobs=2 --timeout=1200 test/*.test.ts test/*/*.test.ts

check: ## types, lint, tidy and the fast tests, two to three minutes
	@setup/install.sh test
	@$(env)
	npx tsc -p .
	npx biome check --error-on-warnings .
	SHARE=6 npx tap --jobs=2 --timeout=180 test/tidy.test.ts test/{unit,golden,properties,storms}/*.test.ts

storm: ## ten thousand fault points in virtual time; SEED=n replays one with what happens in it, SEEDS=n sets how many
	@setup/install.sh test
	@$(env)
	exec node test/storms/storm.ts

storm-long: ## a million of them, FROM=n begins at another seed, goes on where it was; then every point of kill-long
	@setup/install.sh test
	@$(env)
	POINTS="$${POINTS:-1000000}" node test/storms/storm.ts
	$(MAKE) kill-long

kill-long: ## kill -9 of the real terminal, and of the bank, before and after each call to the outside: hours; goes on where it was
	@setup/install.sh test
	@$(env)
	KILLS=all npx tap --jobs=2 --timeout=0 test/kills/*.test.ts

storm-mutants: ## breaks the promises about money one by one, and sees that a storm finds each
	@setup/install.sh test
	@$(env)
	exec node test/storms/mutants.ts

mutants: ## breaks the money folders one operator at a time (Stryker); PART=outbox takes one part; hours
	@setup/install.sh test
	@$(env)
	exec node test/mutants/mutants.ts

mutants-by-hand: ## mistakes that no tool makes: each must be noticed by a test; ONLY=outbox takes some
	@setup/install.sh test
	@$(env)
	exec node test/mutants/by-hand.ts

bench: ## the figures of the README, each beside its floor, in one run
	@setup/install.sh run
	@$(env)
	node bench/main.ts

format: ## formats the sources
	@$(env)
	npx biome check --write .

clean: ## removes what was built and the countertop's state, keeps the caches
	@rm -rf node_modules .guitai .tap board/lvgl-bindings/lvgl-bindings.node systemd/notify/notify.node test/storms/vfs/storm.so
