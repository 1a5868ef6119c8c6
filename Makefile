# `make demo` and `make test` do everything, set-up included.
PREFIX ?= $(HOME)/.local
SWIFT ?= swift
release := .build/release

# On Linux the binary holds the Swift libraries, so that it runs where no Swift is installed.
ifeq ($(shell uname -s),Linux)
static := --static-swift-stdlib
endif
build_release = $(SWIFT) build --configuration release --product nightjar $(static)

.PHONY: setup demo build test lint format bench bench-engine soak fuzz install clean fledgling

setup:
	@Tools/setup

# The debug build; `.build/debug/nightjar` is the program.
build: setup
	$(SWIFT) build

# Sorts the tickets of examples/inbox with the small model that is in this repository.
demo: setup
	$(build_release)
	@echo
	$(release)/nightjar run workflows/inbox-triage.yaml
	@echo
	@echo "--- out/triage.csv"
	@cat out/triage.csv
	@echo
	@echo "--- out/digest.md"
	@cat out/digest.md

test: setup
	@Tools/setup-tests
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --no-parallel

lint: setup
	$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests Benchmarks

format:
	$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests Benchmarks

# Prints ratios; run it with nothing beside it.
bench: setup
	$(build_release)
	$(SWIFT) build --configuration release --product calls
	$(SWIFT) build --configuration release --product ledger
	$(SWIFT) build --configuration release --product calendar
	Benchmarks/run

# The engine inside the process against llama-cpp-python, the bare loop on libllama, and llama-server where LLAMA_SERVER
# names one. It makes its models first.
bench-engine: setup
	$(SWIFT) build --configuration release --product engine-bench $(static)
	Benchmarks/bench-engine

# Mixed requests to the engine inside the process, 2,000 of them, and then fewer under AddressSanitizer. There leaks are
# not looked for, since the Swift runtime keeps what it has for good, and stacks stay where they are, since the depth of
# templates is bounded by them.
soak: setup
	$(SWIFT) build --configuration release --product engine-soak $(static)
	$(release)/engine-soak models/fledgling.gguf
	$(SWIFT) build --sanitize address --scratch-path .build-asan --product engine-soak
	ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0:quarantine_size_mb=16 \
		.build-asan/debug/engine-soak models/fledgling.gguf --requests 600

# A million changed workflows, templates and expressions: none may crash the reader or take over a second.
fuzz: setup
	$(SWIFT) build --configuration release --product fuzz
	Benchmarks/run-fuzz $(release)/fuzz

# libllama and the small model go beside the binary.
install: setup
	$(build_release)
	Tools/install $(release)/nightjar "$(PREFIX)"

# Trains the small model anew: about 45 minutes.
fledgling:
	Tools/fledgling/remake

clean:
	rm -rf .build out
