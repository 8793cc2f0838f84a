"""
A campaign as it is paused, resumed, stopped and refused in a browser.
"""

import re

import pytest
from playwright.async_api import expect

from ..programs import LINE, PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG_MS = 180_000
"""For calls, on a machine that does other things too."""


async def press(screen, name):
    """Press a button, or follow a link that looks like one."""
    found = screen.page.get_by_role("button", name=name, exact=True)
    await found.or_(screen.page.get_by_role("link", name=name, exact=True)).click()


async def see(screen, place, words):
    """Wait for words that calls bring; the page is not loaded again."""
    await expect(screen.page.locator(place)).to_contain_text(words, timeout=LONG_MS)


async def test_a_campaign_is_paused_and_resumed(house, screen):
    listed = [f"09722200{n:02d}" for n in range(40)]
    ref = house.draft("Tarifs", listed, "--pace", "30")
    await screen.open(f"/campaigns/{ref}/launch")
    await press(screen, "Lancer la campagne")
    last = screen.page.locator("#fax-40")
    await last.focus()
    await expect(screen.page.locator("#standing")).to_contain_text(
        re.compile(r"Envoyés\s*[1-9]"), timeout=LONG_MS
    )
    await see(screen, "#number-rows", "envoyé")
    await expect(last).to_be_focused()
    await press(screen, "Mettre en pause")
    await see(screen, "main", "aucun nouvel appel ne part")
    await see(screen, "#standing", "en pause")
    await screen.look("campaign-paused")
    when_paused = {each for each in listed if house.far_end.calls(each)}

    await press(screen, "Reprendre")
    await press(screen, "Reprendre les appels")
    await see(screen, "#standing", "en cours")
    house.far_end.program.wait_for(rf'"called": "{listed[len(when_paused) + 2]}"')
    await press(screen, "Arrêter")
    await screen.look("campaign-stop")
    await press(screen, "Arrêter la campagne")
    await see(screen, "#standing", "terminée")

    assert 0 < len(when_paused) < len(listed)
    assert max(house.far_end.calls(each) for each in listed) == 1


async def test_what_a_campaign_no_longer_allows_is_refused_in_a_sentence(
    house, new_screen
):
    """Two tabs: in one the campaign is launched, the other still shows the button."""
    ref = house.draft("Deux onglets", ["0972330001"])
    first, second = await new_screen(), await new_screen()
    await first.log_in(LINE, PASSWORD)
    await second.log_in(LINE, PASSWORD)
    await first.open(f"/campaigns/{ref}/launch")
    await second.open(f"/campaigns/{ref}/launch")

    await press(first, "Lancer la campagne")
    await see(first, "main", "La campagne est lancée.")
    await press(second, "Lancer la campagne")

    await expect(second.page.get_by_role("alert")).to_contain_text("brouillon")
    await second.look("refused")
