"""
Debian's Chromium at the console of a real daemon that calls a real fax machine.

One daemon, one fax machine and one browser serve all tests of a session; each test has
tabs of its own. The tests run in the session's event loop: Playwright belongs to the
loop that it was started in.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright, expect

from ecofax_gateway.password import hash_password
from ecofax_gateway.store import operators
from ecofax_gateway.store.operators import Operator

from ..programs import LINE, PASSWORD, QUOTE, FarEnd, Gateway
from .screen import WIDE, Screen

CHROMIUM = "/usr/bin/chromium"
OPERATOR = "marie"

PATIENCE_MS = 60_000
"""For one step of a browser, on a machine that does other things too."""

NOBODY = "0972000404"
"""A number that does not exist."""

expect.set_options(timeout=PATIENCE_MS)

CONSOLE = """\
[console]
listen = "127.0.0.1:0"
"""


@dataclass(frozen=True)
class House:
    """The gateway whose console is looked at, and whom it calls."""

    gateway: Gateway
    far_end: FarEnd
    origin: str

    def draft(self, name: str, listed: Sequence[str], *options: str) -> str:
        """Put a campaign of one page together by command; its reference."""
        numbers = self.gateway.folder / f"{name}.txt"
        numbers.write_text("\n".join(listed))
        made = self.gateway.command(
            "campaign", "create", str(QUOTE), f"--numbers={numbers}", f"--name={name}",
            *options,
        )  # fmt: skip
        found = re.search(r"^(\w{8}): draft", made.stdout, re.MULTILINE)
        assert found, made.stdout + made.stderr
        self.gateway.daemon.wait_for(rf"{found[1]}.*1 pages, 0 faxes")
        return found[1]


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A daemon with a console, a line and an operator."""
    folder = tmp_path_factory.mktemp("console")
    far_end = FarEnd.start(folder / "received", f"--number={NOBODY}=unknown")
    gateway = Gateway.set_up(folder, far_end, more=CONSOLE)
    db = gateway.store()
    operator = Operator(
        name=OPERATOR,
        password_hash=hash_password(PASSWORD),
        created_at=datetime.now(UTC),
    )
    db.sync_tx(operators.add, operator)
    db.close()
    program = gateway.start()
    origin = program.wait_for(r"console +(http://127\.0\.0\.1:\d+)")[1]
    yield House(gateway, far_end, origin)
    gateway.stop()
    far_end.program.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser that the machine's own packages have; none is fetched."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def new_screen(
    house: House, chromium: Browser
) -> AsyncIterator[Callable[..., Awaitable[Screen]]]:
    """Open tabs, each as if of a browser of its own; at the end none has a fault."""
    contexts: list[BrowserContext] = []
    screens: list[Screen] = []

    async def open_one(**options: Any) -> Screen:
        # Colours on their way from light to dark would be measured as they pass.
        options = {"locale": "fr-FR", "reduced_motion": "reduce", **options}
        context = await chromium.new_context(
            viewport={"width": WIDE, "height": 800}, **options
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        screens.append(Screen(await context.new_page(), house.origin))
        return screens[-1]

    yield open_one

    for context in contexts:
        await context.close()
    faults = [fault for screen in screens for fault in screen.faults]
    assert not faults, "\n".join([*faults, *house.gateway.daemon.lines[-40:]])


@pytest_asyncio.fixture(loop_scope="session")
async def screen(new_screen: Callable[..., Awaitable[Screen]]) -> Screen:
    """Somebody of the line, logged in."""
    tab = await new_screen()
    await tab.log_in(LINE, PASSWORD)
    return tab


@pytest_asyncio.fixture(loop_scope="session")
async def operator_screen(new_screen: Callable[..., Awaitable[Screen]]) -> Screen:
    """The operator, logged in."""
    tab = await new_screen()
    await tab.log_in(OPERATOR, PASSWORD)
    return tab
