"""
Settings in a browser: the line, a token, a webhook, sessions; and the API's own page.
"""

import asyncio

import pytest

from .screen import Screen

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_line_is_set_up_and_told_what_is_wrong(screen: Screen) -> None:
    page = screen.page
    await screen.open("/settings")
    await page.fill("#from_email", "durand@example.net")
    await page.click("text=Enregistrer")
    await page.wait_for_selector("#from_email[aria-invalid=true]")
    await screen.look("settings-mistake")
    await page.fill("#from_email", "")
    await page.click("text=Enregistrer")
    await page.wait_for_selector(".notice.ok")
    await screen.look("settings-line")


async def test_a_token_is_shown_once_and_revoked(screen: Screen) -> None:
    page = screen.page
    await screen.open("/settings/tokens")
    await page.fill("#name", "Logiciel de gestion")
    await page.click("text=Créer le jeton")
    token = await page.input_value("#token")
    await screen.look("settings-token-made", picture=False)  # a picture would keep it
    await page.click("text=Jetons")
    await page.wait_for_selector("text=Logiciel de gestion")
    await screen.look("settings-tokens")
    shown = await page.content()
    await page.click("text=Révoquer")
    await screen.look("settings-token-revoke")
    await page.click("button:has-text('Révoquer')")
    await page.wait_for_selector(".notice.ok")

    assert token.startswith("ecofax_")
    assert token not in shown


async def test_a_webhook_is_added_tested_and_deleted(screen: Screen) -> None:
    page = screen.page
    await screen.open("/settings/webhooks")
    await page.fill("#url", "https://127.0.0.1/fax-events")
    await page.check("#kinds-fax\\.sent")
    await page.click("text=Ajouter le webhook")
    await page.wait_for_selector("#secret")
    await page.click("main .back a")
    await page.click("text=Envoyer un message d'essai")
    # Our own machine is none that is called: what is told says so.
    async with asyncio.timeout(240):
        while not await page.locator("td:has-text('réseau privé')").count():
            await page.reload()
    await screen.look("settings-webhook")
    await page.click("text=Nouveau secret")
    await screen.look("settings-webhook-renew", picture=False)
    await page.click("text=Ne rien faire")
    await page.click("main .back a")
    await screen.look("settings-webhooks")
    await page.click("text=127.0.0.1/fax-events")
    await page.click("text=Supprimer")
    await screen.look("settings-webhook-delete")
    await page.click("button:has-text('Supprimer')")
    await page.wait_for_selector(".notice.ok")


async def test_sessions_and_the_documentation_are_pages_like_others(
    screen: Screen,
) -> None:
    await screen.open("/settings/sessions")
    await screen.look("settings-sessions")
    await screen.open("/api/docs")
    await screen.look("api-docs", picture=False)


async def test_an_operator_chooses_a_line(operator_screen: Screen) -> None:
    await operator_screen.open("/settings")
    await operator_screen.look("settings-lines")
    await operator_screen.page.click("main table a")
    await operator_screen.look("settings-line-operator")
