"""
One fax from a browser: sent, followed, looked at, proved, found again; and one that is
cancelled, with JavaScript off.
"""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageSequence
from playwright.async_api import expect
from pypdf import PdfReader

from ..programs import LINE, PASSWORD, QUOTE
from .test_campaign_page import press, see

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_fax_is_sent_followed_proved_and_found_again(house, screen, tmp_path):
    page, number = screen.page, "0972550001"
    await screen.open("/faxes/new")
    await page.get_by_label("Numéro de fax").fill("12")
    await page.get_by_label("Document").set_input_files(QUOTE)
    await press(screen, "Envoyer")
    await see(screen, "main", "Ce n'est pas un numéro de fax : « 12 »")
    await screen.look("fax-new-wrong")

    await page.get_by_label("Numéro de fax").fill(number)
    await page.get_by_label("Document").set_input_files(QUOTE)
    await press(screen, "Envoyer")
    await see(screen, "main", "Votre fax est pris en compte.")
    await see(screen, "#live", "a confirmé avoir reçu toutes les pages")
    await expect(page.get_by_role("link", name="Preuve d'envoi (PDF)")).to_be_visible()
    ref = page.url.rpartition("/")[2].partition("?")[0]
    await screen.look("fax-sent")

    # The picture has the very pixels that the fax machine printed.
    shown = tmp_path / "page.png"
    answer = await page.request.get(f"{screen.origin}/faxes/{ref}/pages/1.png")
    shown.write_bytes(await answer.body())
    assert _ink(shown) == _ink(house.far_end.printed(number))

    async with page.expect_download() as begun:
        await press(screen, "Preuve d'envoi (PDF)")
    proof = Path(await (await begun.value).path())
    assert len(PdfReader(proof).pages) == 1

    await screen.open("/faxes")
    await page.get_by_label("Numéro, nom ou référence").fill("0972550001")
    await expect(page.locator("#found tbody tr")).to_have_count(1)
    await screen.look("faxes-found")


async def test_without_javascript_a_planned_fax_is_cancelled(house, new_screen):
    screen = await new_screen(java_script_enabled=False)
    page, number = screen.page, "0972550002"
    await screen.log_in(LINE, PASSWORD)
    await screen.open("/faxes/new")
    await page.get_by_label("Numéro de fax").fill(number)
    await page.get_by_label("Document").set_input_files(QUOTE)
    await page.get_by_label("à une date").check()
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    due = page.get_by_label("Jour et heure du départ")
    await due.fill(f"{tomorrow:%Y-%m-%dT%H:%M}")
    await press(screen, "Envoyer")
    await see(screen, "main", "Votre fax est pris en compte.")

    await press(screen, "Annuler ce fax")
    await see(screen, "main", "ne partira pas")
    await press(screen, "Annuler ce fax")
    await see(screen, "main", "Ce fax a été annulé")
    assert house.far_end.calls(number) == 0


def _ink(path: Path) -> bytes:
    """The first page, as one byte a pixel."""
    with Image.open(io.BytesIO(path.read_bytes())) as picture:
        first = next(ImageSequence.Iterator(picture))
        return first.convert("L").tobytes()
