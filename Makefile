# `make demo` and `make test` need only Python 3.11 or newer; each installs what it needs into .venv.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
OURS := imaging/lenet_imaging trainer/lenet_trainer server/lenet_server client/lenet_client
PROJECTS := $(wildcard */pyproject.toml) constraints.txt

.DEFAULT_GOAL := help
.PHONY: help install demo test compose-test lint format bench soak generate check-generated serve train clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

install: .venv/everything ## install all components and the development tools into .venv

demo: .venv/serving ## start a server on the bundled model, classify samples/, stop it
	$(BIN)/python examples/demo.py

# Each file of tests runs in one of several processes (tests/conftest.py), so PyTorch gets one thread.
test: .venv/everything ## run the tests
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --dist loadfile --ignore=tests/compose

compose-test: .venv/everything ## build the images and test the stack in containers (needs Docker; COMPOSE=docker-compose for 1.29)
	$(BIN)/python -m pytest tests/compose --timeout=1200

lint: .venv/everything ## check style, types and which package may import which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(OURS) tests examples benchmarks
	$(BIN)/lint-imports --no-logo

format: .venv/everything ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/everything ## run the short benchmarks of the server (needs h2load); benchmarks/ has the long ones
	$(BIN)/python -m benchmarks

soak: .venv/everything ## soak test: five minutes of killed workers, reloads and cancelled calls, every response checked
	$(BIN)/python -m benchmarks.soak

serve: .venv/serving ## serve models/ on port 50051
	$(BIN)/lenet-server --model-repository models

train: .venv/everything ## train LeNet on MNIST and publish the next version of models/lenet
	$(BIN)/lenet-trainer train --dataset mnist --output models/lenet

PROTOC = PATH=$(CURDIR)/.venv-generate/bin:$$PATH python -m grpc_tools.protoc --proto_path=proto
generate: .venv-generate/ready ## generate the Python code of proto/
	$(PROTOC) --python_out=proto --pyi_out=proto --grpc_python_out=proto --mypy_grpc_out=quiet:proto proto/lenet/*/*.proto
	$(PROTOC) --include_imports --descriptor_set_out=proto/lenet/inference/grpc_service.binpb proto/lenet/inference/grpc_service.proto

check-generated: generate ## fail if the generated code differs from proto/
	git diff --exit-code --stat -- proto
	@test -z "$$(git ls-files --others --exclude-standard -- proto)" || { echo 'proto/ holds generated files that git does not track'; exit 1; }

clean: ## remove the environments and the caches
	rm -rf .venv .venv-generate .venv-tritonclient .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("lenet needs Python 3.11 or newer: make PYTHON=python3.11 …" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv

# Components depend on each other by path, and pip treats such a path and the same path as editable as two packages:
# so install all with their dependencies first, then again as editable.
.venv/serving: $(PROJECTS) | .venv/bin/python
	$(PIP) ./proto ./imaging ./server ./client
	$(PIP) --no-deps -e proto -e imaging -e server -e client
	@touch $@

.venv/everything: $(PROJECTS) tests/requirements.txt | .venv/bin/python .venv-tritonclient/ready
	$(PIP) ./proto ./imaging './server[tracing]' ./client ./trainer -r tests/requirements.txt
	$(PIP) --no-deps -e proto -e imaging -e server -e client -e trainer
	@touch $@ .venv/serving

# tritonclient has its own copy of the inference protocol's messages, and a process can hold one: it runs in another.
.venv-tritonclient/ready: tests/server/rpc/oip/tritonclient.txt
	$(PYTHON) -m venv --clear .venv-tritonclient
	.venv-tritonclient/bin/python -m pip --disable-pip-version-check install --quiet -r $<
	@touch $@

.venv-generate/ready: proto/generate.txt
	$(PYTHON) -m venv --clear .venv-generate
	.venv-generate/bin/python -m pip --disable-pip-version-check install --quiet -r proto/generate.txt
	@touch $@
