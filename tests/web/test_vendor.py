"""Installing the front-end files, with a small npm of our own in place of the real one."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "app" / "static"


@pytest.fixture
def vendor(tmp_path, monkeypatch):
    for name in ("install_vendor.py", "package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(STATIC / name, tmp_path / name)
    spec = importlib.util.spec_from_file_location("install_vendor", tmp_path / "install_vendor.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def npm_that(folder: Path, script: str) -> list[str]:
    program = folder / "npm"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return [str(program)]


def test_files_are_copied_without_source_maps(vendor, monkeypatch, tmp_path):
    lines = []
    for source in vendor.vendor_files().values():
        target = f"node_modules/{source}"
        lines.append(f"mkdir -p $(dirname {target}); printf 'code\\n//# sourceMappingURL=x.map' > {target}")
    monkeypatch.setattr(vendor, "npm_command", lambda: npm_that(tmp_path, "\n".join(lines)))
    assert not vendor.is_up_to_date()
    vendor.install()
    assert vendor.is_up_to_date()
    assert (tmp_path / "vendor" / "js" / "htmx.min.js").read_text() == "code\n"
    assert "sourceMappingURL" in (tmp_path / "vendor" / "fonts" / "ibm-plex-sans-latin-400-normal.woff2").read_text()
    (tmp_path / "package-lock.json").write_text("{}")
    assert not vendor.is_up_to_date()


def test_failure_of_npm_is_told(vendor, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(vendor, "npm_command", lambda: npm_that(tmp_path, "echo no way through >&2; exit 1"))
    assert vendor.main() == 1
    assert "no way through" in capsys.readouterr().err


def test_missing_npm_gives_a_sentence(vendor, monkeypatch):
    monkeypatch.setattr(vendor.shutil, "which", lambda name: None)
    monkeypatch.setattr(vendor.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(vendor.VendorError, match=r"Install Node\.js 20 or later"):
        vendor.npm_command()


def test_package_without_the_file_is_told(vendor, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(vendor, "npm_command", lambda: npm_that(tmp_path, "mkdir -p node_modules"))
    assert vendor.main() == 1
    assert "package.json names files they do not have" in capsys.readouterr().err


def test_lock_file_carries_hashes_and_no_addresses():
    text = (STATIC / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    assert not re.search(r"https?:|resolved", text)
    assert all(package.get("integrity", "").startswith("sha512-") for name, package in packages.items() if name)
    wanted = json.loads((STATIC / "package.json").read_text())
    exact = wanted["dependencies"] | wanted["devDependencies"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in exact} == exact
