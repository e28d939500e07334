"""Folders in which an operator drops newer official schemas and rules, each with a small manifest `rules.toml`.

A folder is looked at anew for every document: what was dropped or changed counts from the next one on.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from app.core.texts import N_, Message
from app.documents.rule_sets import RuleSet, Schema

MANIFEST = "rules.toml"
_MAX_FILES = 5000
_MAX_MANIFEST_BYTES = 200_000
_ROOT = "{root}"
_ENDINGS = {"rules": (".xsl", ".xslt"), "schemas": (".xsd", ".dtd")}
_KEYS = frozenset({"name", "version", "file", "roots", "customizations", "replaces"})


@dataclass(frozen=True, slots=True)
class PackRules:
    """A schema or rule set of a pack and the documents it is for: root (`Order` or `{namespace}Order`), customization.

    Customizations are shell patterns; without any it is for every document of its roots.
    """

    rules: RuleSet | Schema
    sha256: str
    roots: tuple[str, ...]
    customizations: tuple[str, ...]
    replaces: tuple[str, ...]

    def fits(self, namespace: str, name: str, customization: str) -> bool:
        is_root = name in self.roots or f"{{{namespace}}}{name}" in self.roots
        patterns = self.customizations or ("*",)
        return is_root and any(fnmatchcase(customization, pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Packs:
    """What lies in a folder of rule packs; `problems` are manifests that could not be used."""

    entries: tuple[PackRules, ...] = ()
    problems: tuple[Message, ...] = ()

    def fitting(self, namespace: str, name: str, customization: str) -> list[PackRules]:
        return [entry for entry in self.entries if entry.fits(namespace, name, customization)]


class _Unusable(Exception):
    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(str(message))


def read_packs(folder: Path | None) -> Packs:
    """All packs in the folder and below it, as they are now."""
    if folder is None:
        return Packs()
    files = list(islice(_files(folder), _MAX_FILES + 1))
    if len(files) > _MAX_FILES:
        text = N_("{folder}: a folder of rule packs has at most {limit} files.", folder=folder.name, limit=_MAX_FILES)
        return Packs(problems=(text,))
    stamp = hashlib.sha256()
    for file in files:
        state = file.stat()
        stamp.update(f"{file}|{state.st_mtime_ns}|{state.st_size}\n".encode())
    manifests = tuple(file for file in files if file.name == MANIFEST)
    return _read(manifests, stamp.hexdigest())


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.resolve().rglob("*") if path.is_file())


@lru_cache(8)
def _read(manifests: tuple[Path, ...], stamp: str) -> Packs:
    entries: list[PackRules] = []
    problems: list[Message] = []
    for manifest in sorted(manifests):
        try:
            entries += _pack(manifest, stamp)
        except _Unusable as error:
            place = f"{manifest.parent.name}/{MANIFEST}"
            problems.append(N_("Rule pack {file}: {problem}", file=place, problem=error.message))
    return Packs(tuple(entries), tuple(problems))


def _pack(manifest: Path, stamp: str) -> list[PackRules]:
    if manifest.stat().st_size > _MAX_MANIFEST_BYTES:
        raise _Unusable(N_("the manifest has more than {limit} bytes.", limit=_MAX_MANIFEST_BYTES))
    try:
        content = tomllib.loads(manifest.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _Unusable(N_("the manifest cannot be read: {reason}", reason=str(error))) from None
    found: list[PackRules] = []
    for kind in ("schemas", "rules"):
        items = content.get(kind, [])
        for item in items if isinstance(items, list) else [items]:
            if not isinstance(item, dict):
                raise _Unusable(N_("[[{kind}]] is a table with a name and a file.", kind=kind))
            found += _entries(manifest.parent, kind, {**_shared(content), **item}, stamp)
    if not found:
        raise _Unusable(N_("the manifest names neither [[schemas]] nor [[rules]]."))
    return found


def _shared(content: dict[str, Any]) -> dict[str, Any]:
    return {key: content[key] for key in ("name", "version") if key in content}


def _entries(folder: Path, kind: str, item: dict[str, Any], stamp: str) -> Iterator[PackRules]:
    unknown = sorted(item.keys() - _KEYS)
    if unknown:
        raise _Unusable(N_("unknown key {key} in [[{kind}]].", key=unknown[0], kind=kind))
    name, version, pattern = (_text(item, key) for key in ("name", "version", "file"))
    roots, customizations, replaces = (_texts(item, key) for key in ("roots", "customizations", "replaces"))
    for path, root in _matching(folder, pattern):
        if path.suffix.lower() == ".sch":
            raise _Unusable(N_("{file} is Schematron: give the XSLT it was compiled to.", file=path.name))
        if path.suffix.lower() not in _ENDINGS[kind]:
            raise _Unusable(
                N_("{file} in [[{kind}]] is none of {endings}.", file=path.name, kind=kind, endings=" ".join(_ENDINGS[kind]))
            )  # fmt: skip
        made = (Schema if kind == "schemas" else RuleSet)(name.replace(_ROOT, root), str(path), version, stamp)
        if not (roots or root):
            raise _Unusable(N_("{file} names no roots.", file=path.name))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        yield PackRules(made, digest, roots or (root,), customizations, replaces)


def _matching(folder: Path, pattern: str) -> list[tuple[Path, str]]:
    """The file, or with {root} in its name one for each document type."""
    before, is_many, after = pattern.partition(_ROOT)
    if Path(pattern).is_absolute():
        raise _Unusable(N_("{file} does not lie in the pack.", file=pattern))
    files = folder.glob(f"{before}*{after}") if is_many else iter([folder / pattern])
    found = [(file.resolve(), file) for file in sorted(files)]
    if not found or not all(real.is_file() and real.is_relative_to(folder) for real, _ in found):
        raise _Unusable(N_("there is no file {file} in the pack.", file=pattern))
    start, end = len(Path(before).name if not before.endswith("/") else ""), len(after)
    return [(real, file.name[start : len(file.name) - end] if is_many else "") for real, file in found]


def _text(item: dict[str, Any], key: str) -> str:
    value = item.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _Unusable(N_("{key} is missing.", key=key))
    return value.strip()


def _texts(item: dict[str, Any], key: str) -> tuple[str, ...]:
    value = item.get(key, [])
    if not isinstance(value, list) or not all(isinstance(part, str) and part for part in value):
        raise _Unusable(N_("{key} is a list of texts.", key=key))
    return tuple(value)
