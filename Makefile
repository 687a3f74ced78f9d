# Two commands do everything on a fresh Debian 12 machine with Swift: `make serve` and `make test`.
# SWITCHYARD_PORT and the other SWITCHYARD_* variables reach the server; ARGS reaches the programs and
# scripts below, as in `make test ARGS='--filter JSONTests'`.

.DEFAULT_GOAL := help
.PHONY: help serve test test-one build build-all packages model check format interop abuse soak \
	fuzz sanitize dockerfile-check loadtest benchmarks bench-peers clean

TARGET ?= JSON
ARGS ?=

## Prints this list.
help:
	@awk '/^## / { text = text (text == "" ? "" : " ") substr($$0, 4); next } \
		/^[a-z-]+:/ && text != "" { sub(/:.*/, ""); printf "%-17s %s\n", $$0, text } \
		{ text = "" }' $(MAKEFILE_LIST)

## Installs what is missing, builds, fetches and packs the default model, and serves it.
serve:
	@scripts/serve.sh $(ARGS)

## Installs what is missing and runs all tests, in release.
test:
	@scripts/test.sh $(ARGS)

## Builds and runs the tests of one target: make test-one TARGET=JSON.
test-one:
	@scripts/test-one.sh $(TARGET) $(ARGS)

## Builds the server in release: .build/release/switchyard.
build: packages
	@scripts/build.sh switchyard

## Builds the server, the load client and the benchmarks in release.
build-all: packages
	@scripts/build.sh switchyard loadtest benchmarks

## Installs the Debian packages that the build needs.
packages:
	@scripts/packages.sh

## Fetches the default model into models/smollm2 and packs it.
model: build
	@scripts/model.sh

## Checks format, scripts, committed files, and the kernels' instruction sets (after make build).
check:
	@scripts/check.sh

## Formats all Swift sources.
format:
	swift format -i -r Sources Tests Fuzzing loadtest Package.swift

## Tries the server with the openai package, httpx, curl and Prometheus, and with bad input (4 min).
interop: build
	@scripts/interop.sh $(ARGS)

## Checks 16 clients at once, and clients that leave (1 to 2 min; ARGS is seconds for each setting).
abuse: build
	@scripts/abuse.sh $(ARGS)

## Sends random requests and disconnects for a long time (10 min; ARGS is the seconds).
soak: build
	@scripts/soak.sh $(ARGS)

## Fuzzes the parsers of files (10 min each; ARGS='60 gguf' is seconds and parsers).
fuzz:
	@scripts/fuzz.sh $(ARGS)

## Runs tests under the sanitizers (ARGS names parts: kernels http threads engine network).
sanitize:
	@scripts/sanitize.sh $(ARGS)

## Takes the Dockerfile's steps without a container engine and tries the image (as root; 6 min).
dockerfile-check:
	@scripts/dockerfile-check $(ARGS)

## Measures a running server: make loadtest ARGS='--concurrency 8 --requests 64'.
loadtest: packages
	@scripts/build.sh loadtest
	@.build/release/loadtest $(ARGS)

## Measures speed beside the machine's limits: make benchmarks ARGS='model --model M'.
benchmarks: packages
	@scripts/build.sh benchmarks
	@.build/release/benchmarks $(or $(ARGS),limits)

## Measures speed beside llama.cpp, vLLM and OpenVINO, which it installs (1 h; ARGS='--help' says more).
bench-peers: packages
	@scripts/build.sh switchyard benchmarks
	@scripts/model.sh >/dev/null
	@scripts/bench-peers $(ARGS)

## Removes all builds and Python environments; models and caches stay.
clean:
	rm -rf .build .build-* .venv*
