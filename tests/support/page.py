"""A client that checks every page it opens: what the rules of docs/frontend.md forbid fails the test.

page = client.get("/orders")              a checked response; page.soup, page.h1, page.text, page.form("...")
page = client.post("/orders", data={...}) answers of any kind, pages among them checked
client.sign_in_as(user_id)                is given by the slices' own support, not here
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

STATIC = Path(__file__).resolve().parents[2] / "app" / "static"
LANGUAGES = {"en", "ru", "uk"}
UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
HANDLER = re.compile(r"on[a-z]+$")


class BrokenPage(AssertionError):
    """What is wrong with a page, all at once."""


def problems_of(html: str, *, is_part: bool = False) -> list[str]:
    """Everything wrong with a page, or with a part of one."""
    soup = BeautifulSoup(html, "lxml")
    found = [
        *_markup(html),
        *_ids(soup, is_part=is_part),
        *_inline(soup),
        *_names(soup),
        *_files(soup),
        *_tables(soup),
        *_leaks(html),
    ]
    if not is_part:
        found += _frame(soup, html)
    return found


def _markup(html: str) -> Iterator[str]:
    """Tags that libxml2 has to repair; it does not know the newer elements, which are no error."""
    parser = etree.HTMLParser(recover=True)
    etree.fromstring(html.encode(), parser)
    for entry in parser.error_log:
        if "Tag " in entry.message and "invalid" in entry.message:
            continue
        if entry.type_name in ("HTML_UNKNOWN_TAG", "ERR_NAMESPACE_ERROR"):
            continue
        yield f"markup, line {entry.line}: {entry.message}"


def _frame(soup: BeautifulSoup, html: str) -> Iterator[str]:
    if not html.lstrip().lower().startswith("<!doctype html>"):
        yield "no doctype"
    root = soup.html
    if root is None or root.get("lang") not in LANGUAGES:
        yield f"lang is {root.get('lang') if root else None!r}"
    heads = soup.find_all("h1")
    if len(heads) != 1:
        yield f"{len(heads)} h1"
    title = soup.title.get_text(strip=True) if soup.title else ""
    if heads and (not title or words(title.rsplit("·", 1)[0]) != words(heads[0].get_text())):
        yield f"title {title!r} does not say what the h1 says: {words(heads[0].get_text())!r}"
    if len(soup.find_all("main")) != 1:
        yield "there must be one main"


def _ids(soup: BeautifulSoup, *, is_part: bool = False) -> Iterator[str]:
    """A part may name ids of the page it goes into."""
    ids = [str(tag["id"]) for tag in soup.find_all(id=True)]
    yield from (f"id {name!r} is used {ids.count(name)} times" for name in sorted({i for i in ids if ids.count(i) > 1}))
    for tag in () if is_part else soup.find_all(True):
        for attribute in ("for", "aria-labelledby", "aria-describedby"):
            for name in (
                str(tag.get(attribute) or "").split() if not isinstance(tag.get(attribute), list) else tag[attribute]
            ):
                if name not in ids:
                    yield f"{attribute}={name!r} leads nowhere"


def _inline(soup: BeautifulSoup) -> Iterator[str]:
    for tag in soup.find_all(True):
        for attribute, value in tag.attrs.items():
            if attribute == "style" or HANDLER.match(attribute) or attribute.startswith(("hx-on", "data-hx-on")):
                yield f"<{tag.name} {attribute}=...> is inline"
            if isinstance(value, str) and value.strip().lower().startswith(("javascript:", "js:")):
                yield f"<{tag.name} {attribute}={value[:30]!r}> is script"
    if soup.find_all("style"):
        yield "there is a <style>"
    for script in soup.find_all("script"):
        if not script.get("src") and script.get("type") != "application/json":
            yield "there is an inline <script>"


def _names(soup: BeautifulSoup) -> Iterator[str]:
    labelled = {str(label.get("for")) for label in soup.find_all("label") if label.get_text(strip=True)}
    for tag in soup.find_all(["input", "select", "textarea"]):
        if tag.get("type") in UNLABELLED or tag.get("aria-label") or tag.get("aria-labelledby"):
            continue
        if tag.get("id") not in labelled and tag.find_parent("label") is None:
            yield f"field {tag.get('name')!r} has no label"
    for tag in soup.find_all(["a", "button", "summary"]):
        if not tag.get_text(strip=True) and not tag.get("aria-label") and tag.find(attrs={"aria-label": True}) is None:
            yield f"a {tag.name} without words: {str(tag)[:80]}"
    for form in soup.find_all("form"):
        is_ours = not str(form.get("action", "")).startswith(("http://", "https://"))
        has_token = form.find("input", attrs={"name": "csrf_token"}) is not None
        if str(form.get("method", "get")).lower() == "post" and has_token != is_ours:
            yield f"the form to {form.get('action')!r} has {'no' if is_ours else 'our'} token"


def _files(soup: BeautifulSoup) -> Iterator[str]:
    addresses = [tag.get("src") or tag.get("href") for tag in soup.find_all(["script", "link", "img", "use"])]
    for address in filter(None, addresses):
        parts = urlsplit(str(address))
        if parts.scheme not in ("", "data") or parts.netloc:
            yield f"{address} is not ours"
        elif parts.path.startswith("/static/") and not (STATIC / parts.path.removeprefix("/static/")).is_file():
            yield f"{parts.path} does not exist"
    sprite = (STATIC / "img" / "icons.svg").read_text(encoding="utf-8")
    for tag in soup.find_all("use"):
        name = urlsplit(str(tag.get("href"))).fragment
        if f'id="{name}"' not in sprite:
            yield f"there is no icon {name!r}"
    modules = {name for tag in soup.find_all(attrs={"data-module": True}) for name in str(tag["data-module"]).split()}
    yield from (f"there is no module js/{name}.js" for name in modules if not (STATIC / "js" / f"{name}.js").is_file())


def _tables(soup: BeautifulSoup) -> Iterator[str]:
    for table in soup.find_all("table"):
        if table.find("caption") is None:
            yield "a table has no caption"
        yield from ("a head cell has no scope" for cell in table.find_all("th") if not cell.get("scope"))


def _leaks(html: str) -> Iterator[str]:
    """Values that reached the page without their filter."""
    for sign in ("{{", "}}", "{%", "Decimal(", "datetime.", "&lt;Markup", "Message(", "object at 0x"):
        if sign in html:
            yield f"the page shows {sign!r}"


def words(text: str) -> str:
    return " ".join(text.split())


class Page:
    """A response with its HTML parsed."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.status_code = response.status_code
        self.headers = response.headers
        self.html = response.text if response.mimetype.startswith("text/") else ""
        self.data = response.data

    @property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.html, "lxml")

    @property
    def is_html(self) -> bool:
        return self.response.mimetype == "text/html"

    @property
    def location(self) -> str:
        return self.headers["Location"]

    @property
    def text(self) -> str:
        """The words a reader sees, blanks made single (no-break ones too)."""
        return words(self.soup.get_text(" "))

    @property
    def h1(self) -> str:
        head = self.soup.h1
        return words(head.get_text()) if head else ""

    @property
    def banners(self) -> list[str]:
        return [words(tag.get_text(" ")) for tag in self.soup.select(".k-banner-text")]

    @property
    def errors(self) -> list[str]:
        """What stands in red beside fields."""
        return [words(tag.get_text(" ")) for tag in self.soup.select(".invalid-feedback")]

    def rows(self, caption: str | None = None) -> list[list[str]]:
        """Cells of the body rows of a table, the first one or the one with this caption."""
        for table in self.soup.find_all("table"):
            if caption is None or (table.caption and words(table.caption.get_text()) == caption):
                return [
                    [words(cell.get_text(" ")) for cell in row.find_all(["td", "th"])]
                    for row in table.select("tbody tr")
                ]
        raise LookupError(f"no table {caption!r}")

    def link(self, text: str) -> str:
        """The address of the link with these words."""
        for tag in self.soup.find_all("a"):
            if words(tag.get_text(" ")) == text or tag.get("aria-label") == text:
                return str(tag["href"])
        raise LookupError(f"no link {text!r}")

    def form(self, action: str | None = None, *, within: str = "main") -> dict[str, str]:
        """What a form would send as it stands: the first POST form of the content, or the one with this action."""
        for form in self.soup.select(f"{within} form"):
            if str(form.get("method", "")).lower() == "post" and action in (None, form.get("action")):
                return dict(_sent_by(form))
        raise LookupError(f"no form {action!r}")


def _sent_by(form: Tag) -> Iterator[tuple[str, str]]:
    for tag in form.find_all(["input", "select", "textarea"]):
        name, kind = tag.get("name"), tag.get("type", "text")
        if (
            not name
            or kind in ("submit", "button", "file")
            or (kind in ("checkbox", "radio") and not tag.has_attr("checked"))
        ):
            continue
        if tag.name == "select":
            chosen = tag.find("option", selected=True) or tag.find("option")
            yield str(name), str(chosen.get("value", chosen.get_text()) if chosen else "")
        else:
            yield (
                str(name),
                tag.get_text() if tag.name == "textarea" else str(tag.get("value", "on" if kind == "checkbox" else "")),
            )


class PageClient:
    """Opens addresses; every HTML answer is checked, whatever its status."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.flask: FlaskClient = app.test_client()

    def get(self, address: str, **options: Any) -> Page:
        return self._checked(self.flask.get(address, **options))

    def post(self, address: str, data: Any = None, *, follow: bool = False, **options: Any) -> Page:
        return self._checked(self.flask.post(address, data=data, follow_redirects=follow, **options))

    def part(self, address: str, **options: Any) -> Page:
        """As htmx asks."""
        headers = {"HX-Request": "true", "HX-Request-Type": "partial", **options.pop("headers", {})}
        return self._checked(self.flask.get(address, headers=headers, **options), is_part=True)

    def post_part(self, address: str, data: Any = None, **options: Any) -> Page:
        headers = {"HX-Request": "true", "HX-Request-Type": "partial", **options.pop("headers", {})}
        return self._checked(self.flask.post(address, data=data, headers=headers, **options), is_part=True)

    def __getattr__(self, name: str) -> Any:
        """Everything else is Flask's own client: session_transaction, set_cookie, ..."""
        return getattr(self.flask, name)

    def _checked(self, response: TestResponse, *, is_part: bool = False) -> Page:
        page = Page(response)
        if page.is_html and page.html and not 300 <= page.status < 400:
            found = problems_of(page.html, is_part=is_part)
            if found:
                raise BrokenPage(f"{response.request.path}:\n  " + "\n  ".join(found))
        return page
