# make demo        installs and starts everything with demo data; Ctrl-C stops it
# make install     builds .venv with the console script `kontor`
# make test        lint, types, import contracts, tests
# make bench       measurements beside their floors
# make lock        renews the lock files (needs uv)
# make translations, make clean, make clean-data

SHELL := /bin/sh
UV ?= uv

.PHONY: demo install dev test bench lock translations clean clean-data

demo: install
	@exec .venv/bin/kontor up --demo

install:
	@.ci/install requirements.lock

dev:
	@.ci/install requirements-dev.lock

test: dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/python -m pytest -n auto

bench: install
	@exec .venv/bin/kontor bench run

# No address of any package index gets into the files: uv is told not to write them.
lock:
	printf 'pip\n' | $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --upgrade pyproject.toml - --output-file requirements.lock
	printf 'pip\n' | $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --upgrade --extra dev --constraint requirements.lock pyproject.toml - \
		--output-file requirements-dev.lock

translations: install
	.venv/bin/kontor i18n update
	.venv/bin/kontor i18n compile

clean:
	rm -rf .venv .install.lock build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf app/static/vendor app/static/node_modules
	find app migrations tests -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f app/translations/*/LC_MESSAGES/*.mo

# Deletes the database, files and mails of ./instance, wherever its database lies.
clean-data:
	@if [ -e instance/.run.lock ] && command -v flock >/dev/null && ! flock --nonblock instance/.run.lock true; then \
		echo "Kontor runs in ./instance: stop it first." >&2; exit 1; fi
	@if [ -L instance/postgres ]; then rm -rf "$$(readlink -f instance/postgres)"; fi
	rm -rf instance
