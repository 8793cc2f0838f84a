"""
Nothing of one line can be seen or changed by another, by any route of console and API.

The routes are asked of the applications themselves: one that is added tomorrow is walked
tomorrow. What its path names must be known here (`NAMES`), or the test says so.
"""

import base64
import re
from dataclasses import dataclass

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import select

from ecofax_gateway.api.app import make_api
from ecofax_gateway.console.app import make_console
from ecofax_gateway.pipeline import recipients
from ecofax_gateway.store import objections, portrait
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.recipient_lists import NewList
from ecofax_gateway.store.states import ListSource
from ecofax_gateway.store.tables import metadata
from tests.api.conftest import new_program, program, their_program  # noqa: F401
from tests.site import THEIRS

SECRET_NUMBER = "0972101099"
MARKS = re.compile("Zephyr|972101099|72 10 10 99|Étude Martin|Martin")
"""What only the other line's things hold."""

OPEN = {
    ("GET", "/login"),
    ("POST", "/login"),
    ("POST", "/language"),
    ("GET", "/api/docs"),
    ("GET", "/api/openapi.json"),
    ("HEAD", "/api/openapi.json"),
}
"""What anybody may ask for."""

LETTER = {"name": "Zephyr.txt", "content": base64.b64encode(b"Zephyr").decode()}
VOLATILE = {"seen_at", "used_at"}
"""Columns that change because somebody was there."""


@dataclass
class Things:
    """What the other line has, by the names that paths and forms use."""

    draft: str
    fax: str
    list_id: int
    entry_id: int
    token: str
    webhook: str

    def fill(self, path, ref):
        """A path with its things; *ref*: for what has a reference."""
        names = {
            "ref": ref,
            "reference": ref,
            "list_id": self.list_id,
            "listId": self.list_id,
            "entry_id": self.entry_id,
            "token_id": self.token,
            "webhook_id": self.webhook,
            "number": 1,
            "position": 1,
            "n": 1,
            "which": "todo",
            "action": "cancel",
            "name": "main",
            "verb": "pause",
        }
        if path.startswith("/api/v1/webhooks"):
            names["reference"] = self.webhook
        if path.startswith("/api/v1/tokens"):
            names["reference"] = self.token
        if path.startswith("/operator/lines/"):
            names |= {"number": THEIRS, "action": "pause"}
        if "/do-not-fax/" in path:
            names["number"] = "0972101098"
        asked = set(re.findall(r"\{(\w+)", path))
        assert asked <= names.keys(), f"say what {asked - names.keys()} of {path} is"
        return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: str(names[found[1]]), path)

    @property
    def form(self):
        """Fields by which a form may name a thing."""
        lists = dict.fromkeys(("list", "lists", "minus", "list_id", "id"), self.list_id)
        refs = dict.fromkeys(("ref", "from", "origin", "campaign", "load"), self.draft)
        others = {"token": self.token, "webhook": self.webhook, "document": 1}
        plain = {"number": SECRET_NUMBER, "sure": "yes", "column": 0}
        return {**lists, **refs, **others, **plain}

    def body(self, path):
        """What a route of the API needs to be sent to look any further."""
        bodies = {
            "/cancel-number": {"number": SECRET_NUMBER},
            "/proof": {"numbers": ["0972101010"]},
            "/recipients": {"lists": [self.list_id]},
        }
        return bodies.get("/" + path.rpartition("/")[2], {})


@pytest.fixture
async def things(their_program, desk):  # noqa: F811
    """Something of every kind, of the other line."""
    order = {"documents": [LETTER], "replyTo": "zephyr@example.net"}
    draft = await their_program.post(
        "/campaigns", {**order, "name": "Zephyr", "recipientsList": [SECRET_NUMBER]}
    )
    fax = await their_program.post("/faxes", {**order, "numbers": [SECRET_NUMBER]})
    await their_program("PUT", "/do-not-fax/0972101098", json={"note": "Zephyr"})
    token = await their_program.post(
        "/tokens", {"name": "Zephyr", "scopes": ["line:read"]}
    )
    webhook = await their_program.post(
        "/webhooks", {"url": "https://zephyr.example/Zephyr"}
    )
    new = NewList(
        line=THEIRS,
        name="Zephyr",
        campaign=None,
        source=ListSource.FILE,
        origin="Zephyr.csv",
        content=Content.of(SECRET_NUMBER.encode()),
    )
    list_id = await desk.db.tx(recipients.add, new, now=desk.clock())
    [entry] = await desk.db.read(objections.listing, scope=THEIRS)
    return Things(
        entry_id=entry.id,
        draft=draft.json()["reference"],
        fax=fax.json()["reference"],
        list_id=list_id,
        token=token.json()["id"],
        webhook=webhook.json()["id"],
    )


def routes(desk):
    """(method, path) of every route of both applications."""
    found = [
        (method, prefix + route.path)
        for app, prefix in ((make_console(desk), ""), (make_api(desk), "/api"))
        for route in iter_route_contexts(app.routes)
        for method in sorted(route.methods or ())
    ]
    assert len(found) > 80
    return found


def state(conn):
    """Every row of the other line, and of tables that know no line."""
    told = {"portrait": portrait.of_line(conn, THEIRS)}
    for table in metadata.sorted_tables:
        if "line" in table.c:
            columns = [c for c in table.columns if c.name not in VOLATILE]
            query = select(*columns).where(table.c.line == THEIRS)
            told[table.name] = sorted(map(repr, conn.execute(query).all()))
    return told


async def ask(client, method, path, form, csrf=""):
    """A request as a stranger would make it: a form for the console, JSON for the API."""
    if path.startswith("/api/"):
        body = form if method in ("POST", "PUT", "PATCH") else None
        return await client.request(method, path, json=body)
    data = {**form, "csrf": csrf} if method != "GET" else None
    return await client.request(method, path, data=data)


async def walk(client, desk, fill, form, csrf=""):
    """Ask every route; (method, template, answer)."""
    for method, path in routes(desk):
        answer = await ask(client, method, fill(path), form, csrf)
        yield method, path, answer


@pytest.fixture(autouse=True)
def nothing_is_live(desk):
    """What follows something live ends at once."""
    desk.closing.set()


async def test_whoever_is_nobody_sees_and_changes_nothing(new_browser, desk, things):
    before = await desk.db.read(state)
    client = new_browser().http
    for ref in (things.draft, things.fax):
        fill = lambda path, ref=ref: things.fill(path, ref)  # noqa: E731
        async for method, path, answer in walk(client, desk, fill, things.form):
            assert not MARKS.search(answer.text), (method, path)
            if (method, path) in OPEN:
                continue
            where = answer.headers.get("location", "")
            is_kept_out = answer.status_code in (401, 403) or where.startswith("/login")
            assert is_kept_out, (method, path, answer.status_code, where)

    assert await desk.db.read(state) == before


async def test_another_line_sees_and_changes_nothing_of_the_consoles(
    ours, desk, things
):
    before = await desk.db.read(state)
    for ref in (things.draft, things.fax):
        csrf = await ours.csrf()
        for method, path in routes(desk):
            if path == "/logout" or path.startswith("/api/"):
                continue
            filled = things.fill(path, ref)
            answer = await ask(ours.http, method, filled, things.form, csrf)
            assert not MARKS.search(answer.text), (method, path)
            assert answer.status_code < 500, (method, path, answer.text)
            if path.startswith("/operator"):
                assert answer.status_code in (403, 404), (method, path)
            elif "{ref" in path or "_id}" in path:
                assert answer.status_code == 404, (method, path, answer.text)

    assert await desk.db.read(state) == before


async def test_another_line_sees_and_changes_nothing_by_the_api(
    program,  # noqa: F811
    desk,
    things,
    site_clock,
):
    before = await desk.db.read(state)
    for ref in (things.draft, things.fax):
        for method, path in routes(desk):
            if not path.startswith("/api/v1/"):
                continue
            site_clock.forward(seconds=1)
            filled = things.fill(path, ref)
            answer = await ask(program.http, method, filled, things.body(path))
            assert not MARKS.search(answer.text), (method, path)
            assert answer.status_code < 500, (method, path, answer.text)
            if "{reference}" in path or "{listId}" in path:
                assert answer.status_code == 404, (method, path, answer.text)

    assert await desk.db.read(state) == before


async def test_things_named_in_a_form_of_ones_own_are_not_taken(
    ours,
    program,  # noqa: F811
    desk,
    things,
):
    """Our own campaign in the path, the other line's things in the form."""
    letter = {**LETTER, "name": "lettre.txt"}
    order = {"documents": [letter], "name": "A", "recipientsList": ["0972101010"]}
    before = await desk.db.read(state)
    own = (await program.post("/campaigns", order)).json()["reference"]
    form = {key: value for key, value in things.form.items() if key != "number"}
    for _ in range(2):  # what one form took in, the next page would show
        csrf = await ours.csrf()
        for method, path in routes(desk):
            if path == "/logout" or path.startswith("/api/") or "delete" in path:
                continue
            filled = things.fill(path, own)
            answer = await ask(ours.http, method, filled, form, csrf)
            assert not MARKS.search(answer.text), (method, path)
            assert answer.status_code < 500, (method, path, answer.text)

    assert await desk.db.read(state) == before


async def test_our_campaign_does_not_go_to_their_list(program, things):  # noqa: F811
    order = {"documents": [{**LETTER, "name": "a"}], "name": "A"}
    new = {**order, "recipientsList": ["0972101010"]}
    own = (await program.post("/campaigns", new)).json()["reference"]
    path = f"/campaigns/{own}/recipients"
    answer = await program("PUT", path, json=things.body("/recipients"))

    assert answer.status_code in (404, 422), answer.text
    assert not MARKS.search((await program.get(path)).text)


async def test_whose_they_are_sees_them(theirs, their_program, desk, things):  # noqa: F811
    """The walk would find what it looks for."""
    pages = {"/campaigns": 0, f"/campaigns/{things.draft}": 0, "/faxes": 0}
    for page in pages:
        assert MARKS.search((await theirs.get(page)).text), page
    for path in ("/campaigns", "/faxes", "/do-not-fax", "/tokens", "/webhooks"):
        assert MARKS.search((await their_program.get(path)).text), path


async def test_an_operator_sees_every_line(marie, things):
    assert MARKS.search((await marie.get(f"/campaigns/{things.draft}")).text)
