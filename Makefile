# Every target sets up what it needs; CI runs the same targets.
PYTHON ?= python3
BIN := .venv/bin
SHARED := $(wildcard ../shared)
NOTEBOOKS := notebooks/*.ipynb
export CYDSCORE_NOTES ?=
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup demo quick test test-real check train season bench bench-check norms common bench-score bench-tags bench-tags-peers docs notebooks clean

setup: .venv/ready

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[parquet]" --group test --group browser --group docs --group notebooks --group check
	@touch $@

demo: setup ## score an example filing that ships with the project
	$(BIN)/cydscore score corpora/example/filings/harbor-lane-10-k-2025.htm

test: setup ## everything that needs nothing beside the clone
	$(BIN)/python -m pytest -m "not real"

quick: setup ## the tests that need neither ../shared nor minutes
	$(BIN)/python -m pytest -m "not real and not slow"

test-real: setup ## the tests on real filings in ../shared
	$(BIN)/python -m pytest -m real

check: setup ## lint, format, types, import order
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	PYTHONPATH=nlp $(BIN)/lint-imports

train: setup ## models/default from the labels in corpora/ and ../shared
	$(BIN)/cydscore train corpora/item106 corpora/contrast \
	  --flags $(SHARED)/labels/consistency.jsonl \
	  --grades $(SHARED)/labels/grades.jsonl --filings $(SHARED)/filings --name default --out models/default

season: setup ## corpora/season, real results without prose, from ../shared
	rm -rf build/season # code may have changed within a version
	$(BIN)/cydscore score $(SHARED)/filings --out build/season/ --profile
	$(BIN)/cydscore season build/season --facts corpora/season

bench: setup ## speed and memory of a season from ../shared, written into docs/season.md
	$(BIN)/python benchmarks/season.py $(SHARED) --write docs/season.md

bench-check: setup ## errors put into real filings of ../shared, and how many are found
	$(BIN)/python benchmarks/check.py $(SHARED)/filings --labels $(SHARED)/labels/consistency.jsonl --sample 300 --seed 0

norms: setup ## how the scores of the filings in ../shared lie, beside models/default
	$(BIN)/cydscore norms $(SHARED)/filings --out models/default/norms.json

common: setup ## word sequences that filers share, as hashes
	$(BIN)/cydscore common $(SHARED)/filings --out nlp/cydscore/data/common.bin

bench-score: setup ## how scores rank graded filings, written into docs/report.md with the norms
	$(BIN)/python benchmarks/score.py $(SHARED) --write docs/report.md

bench-tags: setup ## the tagger beside others, written into docs/peers.md
	$(BIN)/python benchmarks/tags.py $(SHARED) --write docs/peers.md

bench-tags-peers: setup ## fits those others and the learning curve anew: hours; it goes on where it was stopped
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group bench-tags
	$(BIN)/python benchmarks/tags.py $(SHARED) --make rules svm baseline minilm-frozen spacy minilm
	$(BIN)/python benchmarks/tags.py $(SHARED) --curve

docs: setup ## the site of the documentation, in build/site; warnings are errors
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

notebooks: setup ## runs the notebooks; with their output, and as pages, they go to build/notebooks
	rm -rf build/notebooks
	mkdir -p build/notebooks
	cp $(NOTEBOOKS) notebooks/plots.py build/notebooks
	$(BIN)/python -m pytest --nbmake --nbmake-kernel=python3 --nbmake-timeout=120 --overwrite --durations=0 build/notebooks/*.ipynb
	$(BIN)/jupyter nbconvert --to html --log-level WARN --HTMLExporter.mathjax_url= --HTMLExporter.require_js_url= \
	  --HTMLExporter.jquery_url= --HTMLExporter.mermaid_js_url= build/notebooks/*.ipynb

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage htmlcov build dist
