# make reproduce    run the experiments of PAPERS, check their signatures, draw the figures and the report;
#                   all papers, in hours:  make reproduce PAPERS=
# make test         all tests;  make test ARGS="-m 'not slow' -k bandit"
# make bench        compare speed with eager torch, JAX and RecurrentPPO;  make bench ARGS=--quick
# make check        lint, formatting, types, and a wheel built from the source distribution
#
# Each makes .venv first where it is missing. PYTHON=python3.12 chooses the interpreter.
# On Linux without an NVIDIA card, PyTorch's CPU build saves some gigabytes:
#   PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu make reproduce

PYTHON ?= python3
WORKERS ?= 2
PAPERS ?= wang2018 akam2015 ritter2018 mattar2018
ROOMS := tasks models data analysis papers cli

.PHONY: reproduce test bench check lint types wheel clean

reproduce: .venv/installed
	.venv/bin/fastslow reproduce $(PAPERS) $(ARGS)

test: .venv/installed
	.venv/bin/pytest -n $(WORKERS) --dist worksteal $(ARGS)

bench: .venv/installed-bench
	.venv/bin/python benchmarks/bench.py $(ARGS)

check: lint types wheel

lint: .venv/installed-dev
	.venv/bin/ruff check
	.venv/bin/ruff format --check

# mypy takes a package's name from its folder, and this one's folder may be called anything; so it
# is shown a folder of the right name that holds links to the rooms.
types: .venv/installed-dev
	rm -rf build/types && mkdir -p build/types/fastslow
	cd build/types/fastslow && ln -s ../../../*.py ../../../py.typed $(ROOMS:%=../../../%) .
	MYPYPATH=build/types .venv/bin/mypy --package fastslow

# Built from the unpacked source distribution, with the setuptools of .venv.
wheel: .venv/installed-dev
	.venv/bin/python -m build --no-isolation --outdir build/dist .

.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("fastslow needs Python 3.11 or newer and $(PYTHON) is %d.%d: choose another with  make PYTHON=python3.12" % sys.version_info[:2])'
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install -c constraints.txt -e ".[test]"
	touch $@

.venv/installed-bench: .venv/installed
	.venv/bin/python -m pip install -c constraints.txt -e ".[test,bench]"
	touch $@

.venv/installed-dev: .venv/installed
	.venv/bin/python -m pip install -c constraints.txt -e ".[test,dev]"
	touch $@

clean:
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
