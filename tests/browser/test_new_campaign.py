"""
A new campaign, step by step, as somebody makes one who does it twice a year.
"""

import csv
import re

import pytest
from playwright.async_api import expect

from ..programs import LINE, PASSWORD, QUOTE
from .conftest import NOBODY
from .test_campaign_page import press, see

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def begin(screen, name):
    """The first step; gives the new draft's reference."""
    await screen.open("/campaigns/new")
    await screen.page.get_by_label("Nom de la campagne").fill(name)
    await press(screen, "Enregistrer et continuer")
    await screen.page.wait_for_url("**/edit/document")
    return screen.page.url.split("/")[-3]


async def add_list(screen, path):
    """Give a file of recipients."""
    await screen.page.get_by_label("Fichier").set_input_files(path)
    await press(screen, "Ajouter")


async def choose_to_leave_at_once(screen):
    await screen.page.get_by_label("Tout de suite").check()
    await press(screen, "Enregistrer et continuer")


async def test_a_campaign_goes_from_login_to_report(house, new_screen, tmp_path):
    listed = [f"09721100{n:02d}" for n in range(5)]
    proof = "0972119999"
    numbers = tmp_path / "pharmacies.csv"
    numbers.write_text(
        "Pharmacie;Fax\n" + "".join(f"Nord;{each}\n" for each in [*listed, NOBODY])
    )
    screen = await new_screen()
    page = screen.page
    await screen.log_in(LINE, PASSWORD)
    await screen.open("/campaigns/new")
    await screen.look("wizard-general")

    ref = await begin(screen, "Vœux aux pharmacies")
    await page.get_by_label("Document à faxer").set_input_files(QUOTE)
    await press(screen, "Enregistrer et voir les pages")
    await see(screen, "#pages", "Page 1 sur 1")
    await screen.look("wizard-document")
    await press(screen, "Enregistrer et continuer")
    await add_list(screen, numbers)
    await see(screen, "#standing", "Cette campagne appellera 6 numéros.")
    await screen.look("wizard-recipients")
    await press(screen, "Continuer")
    await screen.look("wizard-sending")
    await choose_to_leave_at_once(screen)
    await see(screen, "main", "Tout y est")
    await screen.look("wizard-check")

    await page.get_by_label("Numéro de fax").fill(proof)
    await press(screen, "Envoyer l'essai")
    await see(screen, "main", "L'essai part.")
    house.far_end.printed(proof)
    assert house.far_end.calls(listed[0]) == 0

    await press(screen, "Lancer…")
    await screen.look("campaign-launch")
    await press(screen, "Lancer la campagne")
    await see(screen, "main", "La campagne est lancée.")
    await see(screen, "#standing", "succès partiel")
    await screen.look("campaign-live")
    await screen.open(f"/campaigns/{ref}")
    await see(screen, "#numbers", "en échec")
    await screen.look("campaign-done")
    table = await download(page, "Rapport pour tableur (CSV)")
    paper = await download(page, "Rapport imprimable (PDF)")
    await page.get_by_role("link", name=NOBODY).click()
    await see(screen, "main", "n'existe pas")
    await screen.look("campaign-number")

    assert {*listed} <= {each["called"] for each in house.far_end.received()}
    rows = list(csv.reader(table.read_text("utf-8-sig").splitlines(), delimiter=";"))
    told = {"".join(row[0].split()) for row in rows}
    assert {*listed, NOBODY} <= told
    assert paper.read_bytes().startswith(b"%PDF-")


async def download(page, name):
    """Follow a link that gives a file; where it lies."""
    async with page.expect_download() as given:
        await page.get_by_role("link", name=name).click()
    return await (await given.value).path()


async def test_a_campaign_goes_without_javascript(house, new_screen, tmp_path):
    listed = ["0972440001", "0972440002"]
    numbers = tmp_path / "liste.txt"
    numbers.write_text("\n".join(listed))
    screen = await new_screen(java_script_enabled=False)
    page = screen.page
    await screen.log_in(LINE, PASSWORD)

    ref = await begin(screen, "Sans script")
    await page.get_by_label("Document à faxer").set_input_files(QUOTE)
    await press(screen, "Enregistrer et continuer")
    await add_list(screen, numbers)
    await until(screen, f"/campaigns/{ref}/edit/recipients", "appellera 2 numéros")
    await press(screen, "Continuer")
    await choose_to_leave_at_once(screen)
    await until(screen, f"/campaigns/{ref}/edit/check", "Tout y est")
    await press(screen, "Lancer…")
    await press(screen, "Lancer la campagne")
    await see(screen, "main", "La campagne est lancée.")
    for number in listed:
        house.far_end.printed(number)
    await until(screen, f"/campaigns/{ref}", "succès")

    await page.get_by_role("button", name="Se déconnecter").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Connexion")


async def until(screen, path, words):
    """Load a page until it has words, as one does who has no script; a minute at most."""
    for _ in range(60):
        await screen.open(path)
        if words in await screen.page.locator("main").inner_text():
            return
        await screen.page.wait_for_timeout(1000)
    raise AssertionError(await screen.page.locator("main").inner_text())


async def test_a_wrong_column_is_corrected(screen, tmp_path):
    numbers = tmp_path / "cabinets.csv"
    numbers.write_text("Cabinet;Code;Fax\nDurand;A1;0972550001\nMartin;B2;0972550002\n")
    page = screen.page
    ref = await begin(screen, "Cabinets")
    await screen.open(f"/campaigns/{ref}/edit/recipients")

    await add_list(screen, numbers)
    await see(screen, "#standing", "Cette campagne appellera 2 numéros.")
    await page.get_by_label("Colonne des numéros").select_option("Code")
    await press(screen, "Lire cette colonne")
    await see(screen, "main", "La colonne « Code » ne contient pas de numéros")
    await screen.look("wizard-wrong-column")
    await page.get_by_label("Colonne des numéros").select_option("Fax")
    await press(screen, "Lire cette colonne")

    await see(screen, "#standing", "Cette campagne appellera 2 numéros.")


async def test_a_list_of_100_000_numbers_is_read_in_the_background(screen, tmp_path):
    numbers = tmp_path / "grande-liste.csv"
    numbers.write_text(
        "Nom;Fax\n" + "".join(f"N{n};0972{n:06d}\n" for n in range(100_000))
    )
    ref = await begin(screen, "Tout le monde")
    await screen.open(f"/campaigns/{ref}/edit/recipients")

    await add_list(screen, numbers)
    await see(screen, "#standing", "en cours de lecture")
    await screen.page.get_by_role("link", name="Campagnes", exact=True).first.click()
    await expect(screen.page.get_by_role("heading", level=1)).to_have_text("Campagnes")
    await screen.open(f"/campaigns/{ref}/edit/recipients")

    await see(screen, "#standing", re.compile(r"appellera 100\s000 numéros"))
    await screen.look("wizard-100000")
