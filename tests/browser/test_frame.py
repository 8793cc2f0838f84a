"""
Logging in, the languages, and the frame that all pages have.
"""

import pytest
from playwright.async_api import expect

from ..programs import LINE, PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_line_logs_in_and_out(new_screen):
    screen = await new_screen()
    await screen.open("/login")
    await screen.look("login")

    await screen.page.get_by_label("Numéro de la ligne de fax").fill(LINE)
    await screen.page.get_by_label("Mot de passe fax").fill("not the password")
    await screen.page.get_by_role("button", name="Se connecter").click()
    await expect(screen.page.get_by_role("alert")).to_contain_text("est faux")
    await screen.look("login-wrong")

    await screen.page.get_by_label("Mot de passe fax").fill(PASSWORD)
    await screen.page.get_by_role("button", name="Se connecter").click()
    await screen.page.get_by_role("button", name="Se déconnecter").click()
    await expect(screen.page.get_by_role("heading", level=1)).to_have_text("Connexion")


async def test_the_console_speaks_english_to_who_asks(new_screen):
    english = await new_screen(locale="en-GB")
    await english.open("/login")
    await expect(english.page.get_by_role("heading", level=1)).to_have_text("Log in")

    await english.page.get_by_role("button", name="Français").click()
    await expect(english.page.get_by_role("heading", level=1)).to_have_text("Connexion")
    assert await english.page.locator("html").get_attribute("lang") == "fr"
