"""One-file plug-ins: every file of a package registers what it defines, and a code used twice stops the start."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from threading import RLock
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """Plug-ins of one package by code. The package's files are imported when the registry is first asked.

    A file registers with `@registry.register("code")` or `registry.add("code", thing)`.
    """

    def __init__(self, package: str) -> None:
        self._package = package
        self._items: dict[str, T] = {}
        self._loaded = False
        self._is_loading = False
        self._lock = RLock()

    def add(self, code: str, item: T) -> T:
        if code in self._items:
            raise RuntimeError(f"{self._package}: the code {code!r} is used twice")
        self._items[code] = item
        return item

    def register(self, code: str) -> Any:
        def decorate(item: T) -> T:
            return self.add(code, item)

        return decorate

    def _load(self) -> None:
        """Threads that ask at the same time wait for the first one; files may ask while they are imported."""
        if self._loaded:
            return
        with self._lock:
            if self._is_loading or self._loaded:
                return
            self._is_loading = True
            try:
                package = importlib.import_module(self._package)
                for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
                    importlib.import_module(f"{self._package}.{module}")
                self._loaded = True
            finally:
                self._is_loading = False

    def __getitem__(self, code: str) -> T:
        self._load()
        try:
            return self._items[code]
        except KeyError:
            known = ", ".join(sorted(self._items))
            raise LookupError(f"{self._package} has no {code!r}; known: {known}") from None

    def __contains__(self, code: str) -> bool:
        self._load()
        return code in self._items

    def __iter__(self) -> Iterator[str]:
        self._load()
        return iter(sorted(self._items))

    def items(self) -> list[tuple[str, T]]:
        return [(code, self._items[code]) for code in self]
