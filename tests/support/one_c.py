"""A 1C to talk to: the calls in the order in which it makes them, over HTTP, with its cookie and its parts."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Flask

ADDRESS = "/1c/exchange"
MAX_CALLS = 2_000


class OneC:
    """`answers` holds every answer, so that a test can say what 1C has seen."""

    def __init__(self, app: Flask, login: str, password: str, *, version: str = "") -> None:
        self.http = app.test_client(use_cookies=False)
        self.login, self.password, self.version = login, password, version
        self.cookie = ""
        self.part = 1_000_000
        self.content_type = "application/octet-stream"
        self.answers: list[str] = []

    def call(self, kind: str, mode: str, body: bytes | None = None, *, cookie: str | None = None, **query: str) -> str:
        """One request; returns the text of the answer."""
        response = self.raw(kind, mode, body, cookie=cookie, **query)
        assert response.status_code == 200, response.text
        charset = response.mimetype_params["charset"]
        answer = response.get_data().decode(charset)
        self.answers.append(answer)
        return answer

    def raw(self, kind: str, mode: str, body: bytes | None = None, *, cookie: str | None = None, **query: str) -> Any:
        headers = {"Authorization": "Basic " + base64.b64encode(f"{self.login}:{self.password}".encode()).decode()}
        sent = self.cookie if cookie is None else cookie
        if sent:
            headers["Cookie"] = sent
        address = f"{ADDRESS}?{urlencode({'type': kind, 'mode': mode, **query})}"
        if body is None:
            return self.http.get(address, headers=headers)
        return self.http.post(address, data=body, headers=headers, content_type=self.content_type)

    def begin(self, kind: str) -> None:
        """Sign in and say hello."""
        state, name, value, *_ = self.call(kind, "checkauth", cookie="").split("\n")
        assert state == "success"
        self.cookie = f"{name}={value}"
        said = dict(line.split("=", 1) for line in self.call(kind, "init", **self._version()).split("\n"))
        assert said["zip"] in ("yes", "no")
        self.part = min(self.part, int(said["file_limit"]))

    def _version(self) -> dict[str, str]:
        return {"version": self.version} if self.version else {}

    def send(self, kind: str, name: str, data: bytes) -> None:
        for start in range(0, len(data), self.part):
            assert self.call(kind, "file", data[start : start + self.part], filename=name) == "success"

    def run(self, kind: str, name: str) -> str:
        """Ask for the import until it has ended; returns the last answer."""
        for _ in range(MAX_CALLS):
            answer = self.call(kind, "import", filename=name)
            if answer.split("\n")[0] != "progress":
                return answer
        raise AssertionError("the import does not end")

    def catalogue(self, files: Mapping[str, bytes]) -> None:
        """A whole exchange of goods."""
        self.begin("catalog")
        for name, data in files.items():
            self.send("catalog", name, data)
        for name in files:
            if name.endswith(".xml"):
                assert self.run("catalog", name) == "success"
        assert self.call("catalog", "complete") == "success"

    def orders(self) -> bytes:
        """Ask for orders and say that they have come."""
        self.begin("sale")
        data = self.raw("sale", "query").get_data()
        assert self.call("sale", "success") == "success"
        return bytes(data)


def archive(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return target.getvalue()
