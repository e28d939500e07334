"""Lock files, documents and scripts agree with what the project asks for."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pinned(lock: str) -> dict[str, str]:
    """Package -> version, with its marker where it has one."""
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==(.+?) \\$", read(lock), re.MULTILINE))


def wanted() -> tuple[set[str], set[str]]:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    groups = (project["dependencies"], project["optional-dependencies"]["dev"])
    return tuple({re.match(r"[a-z0-9-]+", line).group() for line in group} for group in groups)


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_files_pin_by_hash_and_name_no_address(lock):
    text = read(lock)
    assert "://" not in text
    assert "--index" not in text
    assert all(re.match(r"[a-z0-9].*==|    --hash=sha256:[0-9a-f]{64}( \\)?$", line) for line in text.splitlines())
    assert {"pip", "setuptools"} <= set(pinned(lock))


def test_lock_files_hold_what_the_project_asks_for_at_the_same_versions():
    program, tools = wanted()
    locked, locked_for_development = map(pinned, LOCKS)
    assert program <= set(locked)
    assert program | tools <= set(locked_for_development)
    assert locked.items() <= locked_for_development.items()


def test_every_dependency_has_its_reason():
    program, tools = wanted()
    tables = read("docs/dependencies.md").split("For development")
    explained = [set(re.findall(r"^\| ([a-z0-9-]+) \|", table, re.MULTILINE)) for table in tables]
    assert explained == [program, tools]


@pytest.mark.parametrize("script", ["install", "find-python", "run"])
def test_scripts_are_sound(script):
    shell = "bash" if script == "run" else "sh"
    assert subprocess.run([shell, "-n", ROOT / ".ci" / script], check=False).returncode == 0
    assert (ROOT / ".ci" / script).stat().st_mode & 0o111


def test_a_missing_python_is_told_in_a_sentence(tmp_path):
    answer = subprocess.run(
        [ROOT / ".ci" / "find-python"],
        env={"PYTHON": "nosuchpython", "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 1
    assert "Python 3.11 to 3.14" in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_a_python_without_venv_names_the_package_to_install(tmp_path):
    python = tmp_path / "python3"
    python.write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; *print*) echo 3.11;; esac\n')
    python.chmod(0o755)
    answer = subprocess.run(
        [ROOT / ".ci" / "find-python"],
        env={"PYTHON": str(python), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 1
    assert "apt-get install python3.11-venv" in answer.stderr
