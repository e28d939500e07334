"""The small site of tests/web: one view of each kind."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from flask import Blueprint, Flask, Response, redirect, request, url_for
from jinja2 import ChoiceLoader, FileSystemLoader
from wtforms import StringField

from app.core.actor import Scope
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from app.core.texts import N_
from app.web.access import public, requires, signed_in
from app.web.banners import tell
from app.web.forms import ClientRefField, DecimalField, Form
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of, sort_from_request
from app.web.setup import init_web

ROOT = Path(__file__).resolve().parents[2]
ERRORS = {
    "invalid": Invalid("file", N_("Row {row}: unknown article {sku}", row=3, sku="<A-1>")),
    "not-found": NotFound(),
    "forbidden": Forbidden(N_("Only the owner may do this.")),
    "conflict": Conflict(N_("The cart has changed.")),
    "unavailable": Unavailable(N_("The printer does not answer."), retry_after=120),
}


class LimitForm(Form):
    name = StringField("Name")
    limit = DecimalField("Limit", places=2)
    client_ref = ClientRefField()


def blueprint() -> Blueprint:
    site = Blueprint("sample", __name__)

    @site.get("/sign-in")
    @public
    def sign_in() -> Response:
        return render_page("sign_in.html")

    @site.get("/")
    @requires("sample:see")
    def home() -> Response:
        keyset = keyset_from_request(size=20)
        first = int(keyset.after[0]) + 1 if keyset.after else int(keyset.before[0]) - 21 if keyset.before else 0
        rows = [number for number in range(max(first, 0), max(first, 0) + 21) if number < 50]
        page = page_of(rows, keyset, key=lambda number: (number,))
        return render_page("home.html", part="_rows.html", page=page, sort=sort_from_request(("n",), "n"))

    @site.get("/suggest")
    @signed_in
    def suggest() -> str:
        return "".join(f'<option value="A-{n}">{request.args["q"]} &lt;{n}&gt;</option>' for n in range(1, 4))

    @site.get("/office")
    @requires("sample:see", scope=Scope.OPERATOR)
    def office() -> Response:
        return render_page("plain.html")

    @site.get("/mine")
    @signed_in
    def mine() -> Response:
        return render_page("plain.html")

    @site.get("/fails/<kind>")
    @public
    def fails(kind: str) -> Response:
        if kind == "bug":
            raise ZeroDivisionError("secret detail")
        raise ERRORS[kind]

    @site.route("/limit", methods=["GET", "POST"])
    @signed_in
    def limit() -> Response:
        form = LimitForm()
        if form.validate_on_submit():
            with form.catching():
                refuse(form.limit.data)
                tell(N_("The limit is {limit}.", limit=form.limit.data), undo="/limit")
                return redirect(url_for("sample.home"), code=303)
        return render_page("limit.html", form=form, status=form.status)

    def refuse(value: object) -> None:
        if value == 13:
            raise Invalid("limit", N_("Not {value}.", value=13))
        if value == 14:
            raise Invalid("budget", N_("The budget is used up."))
        if value == 15:
            raise Conflict(N_("Somebody else changed the limit."))

    @site.post("/echo")
    @public
    def echo() -> dict[str, str]:
        return request.form.to_dict()

    return site


def build_site(**settings: object) -> Flask:
    app = Flask("app", root_path=str(ROOT / "app"), template_folder=str(ROOT / "templates"), static_folder="static")
    app.config.update(
        SECRET_KEY=uuid4().hex,
        TESTING=True,
        SIGN_IN_ENDPOINT="sample.sign_in",
        SQLALCHEMY_DATABASE_URI="postgresql+psycopg://nobody@127.0.0.1:9/none",
        **settings,
    )
    app.jinja_loader = ChoiceLoader([app.jinja_loader, FileSystemLoader(Path(__file__).parent / "templates")])
    db.init_app(app)
    init_web(app)
    app.register_blueprint(blueprint())
    return app
