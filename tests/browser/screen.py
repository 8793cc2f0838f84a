"""
One tab of a browser, and the rules that every page it shows is held to.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import ConsoleMessage, Page, Request, Response

HERE = Path(__file__).parent
PICTURES = HERE / "pictures"
AXE = HERE / "axe/node_modules/axe-core/axe.min.js"

WIDE, NARROW = 1280, 360
"""Pixels: a screen on a desk, the narrowest telephone."""

RULES = json.dumps(
    {
        "runOnly": [
            *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
        ],
        "rules": {"target-size": {"enabled": True}},
        "resultTypes": ["violations"],
    }
)
CONTRAST = json.dumps({"runOnly": {"type": "rule", "values": ["color-contrast"]}})


EAGER = """() => Promise.all([...document.images].map((image) => {
  image.loading = "eager";
  return image.decode().catch(() => null);
}))"""
"""A picture of the whole page has also what a reader would have to scroll to; an image
that is not there is noted by the answer to its request."""


STILL = """() => {
  window.keepStill = (event) => {
    event.preventDefault();
    if (event.detail) event.detail.shouldSwap = false;
  };
  document.addEventListener("htmx:beforeRequest", window.keepStill);
  document.addEventListener("htmx:beforeSwap", window.keepStill);
}"""
GO_ON = """() => {
  document.removeEventListener("htmx:beforeRequest", window.keepStill);
  document.removeEventListener("htmx:beforeSwap", window.keepStill);
  document.querySelectorAll("[style='']").forEach((each) => each.removeAttribute("style"));
}"""
"""Nothing is fetched again while a page is looked at: axe leaves empty style attributes,
and htmx would carry them over to what comes, which the policy forbids."""


class Screen:
    """
    A tab at the console.

    Args:
        page: Playwright's.

        origin: Of the console; nothing may be asked of another.
    """

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self.origin = origin
        self.faults: list[str] = []
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("request", self._note_request)
        page.on("response", self._note_response)

    async def open(self, path: str) -> None:
        """Go to a page of the console by its address."""
        await self.page.goto(self.origin + path)

    async def log_in(self, user: str, password: str) -> None:
        """Log in at the login page."""
        await self.open("/login")
        await self.page.fill("#user", user)
        await self.page.fill("#password", password)
        await self.page.click("main button[type=submit]")

    async def look(self, name: str, *, picture: bool = True) -> None:
        """
        Hold the page to the rules, wide, narrow and dark, and keep pictures of it.

        No violation of axe's rules of WCAG 2.2 AA and good practice, one main heading,
        no sideways scrolling at 360 px.
        """
        await self.page.evaluate(STILL)
        await self.page.evaluate(EAGER)
        wide = self.page.viewport_size
        assert wide is not None
        await self._hold("wide", name, RULES, picture=picture)
        await self.page.emulate_media(color_scheme="dark")
        await self._hold("dark", name, CONTRAST, picture=picture)
        await self.page.emulate_media(color_scheme="light")
        await self.page.set_viewport_size({"width": NARROW, "height": 740})
        await self._hold("narrow", name, RULES, picture=picture)
        width = await self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= NARROW, f"{name} is {width} px wide at {NARROW}"
        await self.page.set_viewport_size(wide)
        await self.page.evaluate(GO_ON)
        assert await self.page.locator("h1").count() == 1, name

    async def _hold(self, how: str, name: str, rules: str, *, picture: bool) -> None:
        if picture:
            PICTURES.mkdir(exist_ok=True)
            await self.page.screenshot(
                path=PICTURES / f"{name}-{how}.png",
                full_page=True,
                animations="disabled",
            )
        await self.page.evaluate(AXE.read_text())
        found = await self.page.evaluate(f"axe.run(document, {rules})")
        assert found["violations"] == [], f"{name}, {how}: " + _told(found)

    def _note_console(self, said: ConsoleMessage) -> None:
        # What a browser says of an answer's status is noted from the answer itself.
        if said.type in {"error", "warning"} and "Failed to load" not in said.text:
            where = f"{said.location['url']}:{said.location['lineNumber']}"
            self.faults.append(f"{said.type}: {said.text} ({where}, {self.page.url})")

    def _note_request(self, request: Request) -> None:
        if urlsplit(request.url).scheme not in {"data", "blob", "about"} and (
            not request.url.startswith(self.origin + "/")
        ):
            self.faults.append(f"another origin: {request.url}")

    def _note_response(self, response: Response) -> None:
        if response.status >= 500 or (
            response.status == 404 and response.request.resource_type != "document"
        ):
            self.faults.append(f"{response.status}: {response.url}")


def _told(found: dict[str, Any]) -> str:
    return "\n".join(
        f"{rule['id']} ({rule['help']}): {node['html'][:200]}"
        for rule in found["violations"]
        for node in rule["nodes"][:5]
    )
