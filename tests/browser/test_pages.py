"""
Every page of a line and of an operator, in both languages, is held to the rules.
"""

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.asyncio(loop_scope="session")

OF_A_LINE = {
    "faxes": "/faxes",
    "fax-new": "/faxes/new",
    "lists": "/lists",
    "do-not-fax": "/do-not-fax",
    "credits": "/credits",
    "settings": "/settings",
}
OF_AN_OPERATOR = {
    f"operator-{name}": f"/operator/{name}"
    for name in (
        *("lines", "trunks", "queue", "nodes", "conversions", "unknown", "operators"),
    )
}


async def test_every_page_of_a_line_can_be_used_by_everybody(screen):
    for name, path in OF_A_LINE.items():
        await screen.open(path)
        await screen.look(name)


async def test_every_page_of_an_operator_can_be_used_by_everybody(operator_screen):
    for name, path in OF_AN_OPERATOR.items():
        await operator_screen.open(path)
        await operator_screen.look(name)


async def test_a_line_has_no_operator_pages(screen):
    await screen.open("/operator/queue")

    heading = screen.page.get_by_role("heading", level=1)
    await expect(heading).to_have_text("Vous n'y avez pas droit")
    await screen.look("forbidden")


async def test_the_language_stays_as_it_was_chosen(screen):
    await screen.open("/campaigns")
    await screen.page.get_by_role("button", name="English").click()
    heading = screen.page.get_by_role("heading", level=1)
    await expect(heading).to_have_text("Campaigns")
    await screen.look("english-campaigns")

    await screen.open("/campaigns/new")
    await expect(heading).to_have_text("New campaign")
    await screen.look("english-new")
    await screen.page.get_by_role("button", name="Français").click()
    await expect(heading).to_have_text("Nouvelle campagne")
