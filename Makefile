# Two commands do everything on a fresh Debian 12 machine with Swift: `make serve` and `make test`.
# SWITCHYARD_PORT and the other SWITCHYARD_* variables reach the server.

.PHONY: serve test build model packages check format

## Installs what is missing, builds, fetches and packs the default model, serves it.
serve:
	@scripts/serve.sh

## Installs what is missing and passes the tests.
test:
	@scripts/test.sh

packages:
	@scripts/packages.sh

build: packages
	@scripts/build.sh switchyard

## Fetches the default model into models/smollm2 and packs it.
model: build
	@scripts/model.sh

## Format, duplicates of rules, and instruction sets: what tests cannot see.
check:
	@scripts/check.sh

format:
	swift format -i -r Sources Tests Fuzzing loadtest Package.swift
