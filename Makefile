# Everything a keeper of the house does, by name. `make` alone lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

# A checkout that belongs to somebody else keeps its history from git; the
# programs are then built without it.
export GOFLAGS := $(GOFLAGS)$(shell git rev-parse HEAD >/dev/null 2>&1 || echo ' -buildvcs=false')

.PHONY: help demo test verify bench generate lint fuzz-short

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## open a street of eight communities with a year of life; nothing needs to be installed but Go
	@go run ./cmd/gongyi demo

test: ## every test there is, on every engine; installs by apt what is missing, where it may
	@.ci/test

verify: ## what is generated is current: pages, style sheet, rules; modules and formatting
	@.ci/verify

bench: ## settle purchases for a while and say how many a second
	@go run ./cmd/gongyi bench settle --preload 100000

generate: ## make pages, style sheet and docs/rules.md anew
	@.ci/generate .

lint: ## go vet and staticcheck
	@go vet ./...
	@go tool staticcheck ./...

fuzz-short: ## let each fuzz test search for ten seconds
	@.ci/fuzz 10s
