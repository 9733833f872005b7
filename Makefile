# Set-up commands: `make demo` and `make test`. Everything else is for people who change the code.

SWIFT ?= swift
IMPORTS := --explicit-target-dependency-import-check error
# All tests at once starve each other on a few cores, and their time limits with them. Swift 6.2 does not know the option.
WIDTH := $(shell $(SWIFT) test --help-hidden 2>/dev/null | grep -o -m 1 -e '--experimental-maximum-parallelization-width' | sed 's/$$/ 8/')
# Suites that start whole programs or long fault runs; `make check` leaves them out.
WHOLE := --skip EndToEndTests
LOG := .build/tests.log

export SWIFT_BACKTRACE ?= enable=no

.PHONY: demo test test-package test-release test-asan check lint conformance bench fuzz release deb install-deps install-test-deps install-bench-deps clean

## demo: build, then show a whole synchronization on this machine
demo: install-deps
	$(SWIFT) build --product updatemirror
	.build/debug/updatemirror demo

## test: build, then run all tests
test: install-test-deps
	@mkdir -p .build
	bash -o pipefail -c '$(SWIFT) test $(IMPORTS) $(WIDTH) 2>&1 | tee $(LOG)'

## check: format lint, warnings as errors, import check, module tests (minutes)
check: lint
	$(SWIFT) build --build-tests $(IMPORTS)
	$(SWIFT) test --skip-build $(WIDTH) $(WHOLE)

lint:
	$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests Fuzz

## test-package: the suites of whole programs, with the program of the Debian package PACKAGE=file
test-package:
	@rm -rf .build/package && dpkg-deb -x "$(PACKAGE)" .build/package
	UPDATEMIRROR_BINARY="$(CURDIR)/.build/package/usr/bin/updatemirror" $(SWIFT) test --skip-build $(WIDTH) --filter EndToEndTests

## test-release, test-asan: the same tests optimised, and optimised under the address sanitizer (docs/decisions/0005)
test-release: install-test-deps
	$(SWIFT) test $(WIDTH) -c release -Xswiftc -enable-testing --scratch-path .build-release

# Leaks are not looked for: the test library itself keeps some memory until the process ends.
test-asan: install-test-deps
	ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test $(WIDTH) -c release -Xswiftc -enable-testing --sanitize address --scratch-path .build-asan

## conformance: which numbered requirements have a passing test (LOG=file reads an earlier test run)
conformance:
	Scripts/conformance $(if $(filter command line,$(origin LOG)),$(LOG))

## bench: the benchmarks of Benchmarks/, against nginx, aria2 and xmllint
bench: install-bench-deps
	$(MAKE) -C Benchmarks bench

## fuzz: every target of Fuzz/ for FUZZ_SECONDS of CPU time (900); fails on a finding
fuzz: install-deps
	Fuzz/run

## release: the optimised binary, in .build/release/updatemirror
release: install-deps
	$(SWIFT) build -c release --product updatemirror

## deb: a Debian package in .build/deb, installed and removed once in an empty root
deb:
	@Scripts/install-deps build package
	Scripts/test-deb "$$(Scripts/build-deb)"

install-deps:
	@Scripts/install-deps build

install-test-deps:
	@Scripts/install-deps build test

install-bench-deps:
	@Scripts/install-deps build test bench

clean:
	rm -rf .build .build-* Fuzz/.build
