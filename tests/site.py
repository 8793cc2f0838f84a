"""
Fixtures of the web site: the real application over a real store, and people who use it.
"""

import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from starlette.types import ASGIApp

from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.domain.route import Carrier
from ecofax_gateway.orders.list_reader import ListReader
from ecofax_gateway.password import hash_password
from ecofax_gateway.pipeline.answer import Answer
from ecofax_gateway.pipeline.list_clerk import ListClerk
from ecofax_gateway.pipeline.routing import Routing
from ecofax_gateway.pipeline.worker import Bell
from ecofax_gateway.site import make_site
from ecofax_gateway.store import lines, operators, trunks
from ecofax_gateway.store.database import Database
from ecofax_gateway.store.operators import Operator
from ecofax_gateway.web.desk import Desk

OURS, THEIRS = "+33366720307", "+33366720308"
"""Two fax lines."""

PASSWORD = "Zebre7Quart"
"""Of both lines and of the operator; hashed once, it takes 30 ms."""

OPERATOR = "marie"
ORIGIN = "http://console.test"


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Browser:
    """Somebody at the console, without JavaScript."""

    http: httpx.AsyncClient

    async def get(self, path: str, **options: object) -> httpx.Response:
        """Ask for a page."""
        return await self.http.get(path, **options)  # type: ignore[arg-type]

    async def post(
        self, path: str, form: dict[str, object] | None = None, **options: object
    ) -> httpx.Response:
        """Send a form as a page of ours would, with the session's own secret."""
        data = {"csrf": await self.csrf(), **(form or {})}
        return await self.http.post(path, data=data, **options)  # type: ignore[arg-type]

    async def csrf(self) -> str:
        """The secret, as the first page carries it; empty: nobody is logged in."""
        answer = await self.http.get("/login")
        found = re.search(r'name="csrf" value="([^"]+)"', answer.text)
        return found[1] if found else ""

    async def log_in(self, user: str, password: str = PASSWORD) -> httpx.Response:
        """Log in at the login page."""
        return await self.http.post("/login", data={"user": user, "password": password})


@pytest.fixture(scope="session")
def password_hash() -> str:
    return hash_password(PASSWORD)


@pytest.fixture
def site_clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory) -> Path:
    """An SQLite file with the schema; making it takes a second, copying it none."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    Database.open(f"sqlite:///{path}", spool=path.with_name("spool")).close()
    return path


@pytest.fixture
def new_store(empty_store) -> Callable[[Path], Database]:
    """Open a new store in a folder that has none."""

    def open_one(folder: Path) -> Database:
        shutil.copy(empty_store, folder / "ecofax.db")
        return Database.open(f"sqlite:///{folder}/ecofax.db", spool=folder / "spool")

    return open_one


@pytest.fixture
async def desk(tmp_path, new_store, site_clock, password_hash) -> AsyncIterator[Desk]:
    """A store with two lines and an operator, and all that the routes need."""
    db = new_store(tmp_path)
    for number, name in ((OURS, "Cabinet Durand"), (THEIRS, "Étude Martin")):
        line = FaxLine(number=number, name=name, password_hash=password_hash)
        await db.tx(lines.add, line, now=site_clock())
    operator = Operator(
        name=OPERATOR, password_hash=password_hash, created_at=site_clock()
    )
    await db.tx(operators.add, operator)
    await db.tx(trunks.put, "main", max_calls=10)
    zone = ZoneInfo("Europe/Paris")
    (tmp_path / "uploads").mkdir()
    yield Desk(
        db=db,
        answer=Answer(sender="Ecofax <fax@ecofax.fr>", zone=zone, bell=Bell()),
        routing=Routing([Carrier(name="main")]),
        zone=zone,
        repeat_window=timedelta(hours=24),
        max_bytes=40_000_000,
        uploads=tmp_path / "uploads",
        secure=False,
        clock=site_clock,
    )
    db.close()


@pytest.fixture
def read_lists(desk, tmp_path) -> Callable[[], Awaitable[None]]:
    """Does what the list clerk of the daemon does, until nothing is left to do."""
    clerk = ListClerk(
        db=desk.db,
        reader=ListReader(folder=tmp_path / "lists"),
        routing=desk.routing,
        node="a",
        clock=desk.clock,
    )

    async def all_of_them() -> None:
        while await clerk.step():
            pass

    return all_of_them


@pytest.fixture
def site(desk) -> ASGIApp:
    return make_site(desk)


@pytest.fixture
async def new_browser(site) -> AsyncIterator[Callable[..., Browser]]:
    """A browser where nobody is logged in; as many as are asked for."""
    opened: list[httpx.AsyncClient] = []

    def open_one(**headers: str) -> Browser:
        transport = httpx.ASGITransport(site, raise_app_exceptions=False)
        http = httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers)
        opened.append(http)
        return Browser(http)

    yield open_one
    for http in opened:
        await http.aclose()


@pytest.fixture
async def ours(new_browser) -> Browser:
    """Somebody of the line `OURS`, logged in."""
    browser = new_browser()
    assert (await browser.log_in(OURS)).status_code == 303
    return browser


@pytest.fixture
async def theirs(new_browser) -> Browser:
    """Somebody of the line `THEIRS`, logged in."""
    browser = new_browser()
    assert (await browser.log_in(THEIRS)).status_code == 303
    return browser


@pytest.fixture
async def marie(new_browser) -> Browser:
    """The operator, logged in."""
    browser = new_browser()
    assert (await browser.log_in(OPERATOR)).status_code == 303
    return browser
