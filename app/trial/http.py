"""A small browser for the smoke run: cookies, forms with their tokens, files. HTTP only, nothing of the application."""

from __future__ import annotations

import http.client
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

from lxml import html as lxml_html


class PageError(AssertionError):
    """A page did not answer as it should."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to send in a form."""

    name: str
    data: bytes
    media_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, redirects followed."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def tree(self) -> lxml_html.HtmlElement:
        return lxml_html.fromstring(self.text)

    def links(self, pattern: str) -> list[str]:
        """Addresses of links that match."""
        return [str(link) for link in self.tree.xpath("//a/@href") if re.search(pattern, str(link))]

    def demand(self, *statuses: int) -> Answer:
        if self.status not in (statuses or (200,)):
            title = " ".join(self.tree.xpath("//h1//text()")) if self.body else ""
            told = self.tree.xpath("//*[@role='alert' or contains(@class, 'k-banner')]//text()") if self.body else ()
            words = " ".join(" ".join(told).split())[:400]
            raise PageError(f"{self.url} answered {self.status}: {title.strip()[:200]} {words}".rstrip())
        return self


class Browser:
    """One person's browser."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._cookies: dict[str, str] = {}

    @property
    def cookies(self) -> str:
        """What the header says."""
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def _send(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        headers = headers | {"Cookie": self.cookies, "Accept-Language": "en"}
        try:
            connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body, headers)
            response = connection.getresponse()
            data = response.read()
        finally:
            connection.close()
        for value in response.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(value).items():
                self._cookies[name] = morsel.value
        return Answer(response.status, url, dict(response.headers.items()), data)

    def _follow(self, answer: Answer) -> Answer:
        for _ in range(10):
            if answer.status not in (301, 302, 303, 307, 308):
                return answer
            answer = self._send("GET", urljoin(answer.url, answer.headers["Location"]), None, {})
        raise PageError(f"{answer.url} redirects for ever")

    def get(self, path: str) -> Answer:
        return self._follow(self._send("GET", urljoin(self.base, path), None, {}))

    def post(self, url: str, values: Sequence[tuple[str, str | Upload]]) -> Answer:
        """Send a form; with files as multipart, else url-encoded."""
        if any(isinstance(value, Upload) for _, value in values):
            body, media_type = _multipart(values)
        else:
            body, media_type = urlencode([(name, str(value)) for name, value in values]).encode(), FORM
        headers = {"Content-Type": media_type, "Referer": url, "Origin": self.base}
        return self._follow(self._send("POST", urljoin(self.base, url), body, headers))

    def submit(
        self,
        page: Answer,
        action: str,
        changes: Mapping[str, str | Upload | None],
        *,
        button: tuple[str, str] | None = None,
    ) -> Answer:
        """Fill in and send the form of a page whose address matches; None takes a field out."""
        form, target = _form_of(page, action)
        values: list[tuple[str, str | Upload]] = []
        left = dict(changes)
        for name, value in form.form_values():
            if name not in changes:
                values.append((name, value))
            elif name in left:
                change = left.pop(name)
                if change is not None:
                    values.append((name, change))
        values.extend((name, value) for name, value in left.items() if value is not None)
        if button:
            values.append(button)
        return self.post(target, values)


FORM = "application/x-www-form-urlencoded"


def _form_of(page: Answer, action: str) -> tuple[lxml_html.FormElement, str]:
    """The form that goes to a matching address, by its own action or by that of one of its buttons."""
    forms = [form for form in page.tree.forms if form.get("method", "get").lower() == "post"]
    for form in forms:
        own = urljoin(page.url, form.get("action") or page.url)
        for target in (own, *(urljoin(page.url, str(button)) for button in form.xpath(".//button/@formaction"))):
            if re.search(action, urlsplit(target).path):
                return form, target
    known = [form.get("action") or "(itself)" for form in forms]
    raise PageError(f"{page.url} has no form for {action}; it has {known}")


def _multipart(values: Sequence[tuple[str, str | Upload]]) -> tuple[bytes, str]:
    boundary = uuid.uuid4().hex
    parts: list[bytes] = []
    for name, value in values:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
        if isinstance(value, Upload):
            head += f"; filename={json.dumps(value.name)}\r\nContent-Type: {value.media_type}"
            parts.append(head.encode() + b"\r\n\r\n" + value.data + b"\r\n")
        else:
            parts.append(head.encode() + b"\r\n\r\n" + value.encode() + b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"
