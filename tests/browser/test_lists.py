"""
« Listes », « Ne pas faxer », and lists that are kept for several campaigns.
"""

import pytest

from .test_campaign_page import press, see
from .test_new_campaign import begin

pytestmark = pytest.mark.asyncio(loop_scope="session")

OBJECTS = ["0972660003", "0972660004"]


async def test_a_list_is_kept_and_called_without_those_who_object(screen, tmp_path):
    file = tmp_path / "clients.csv"
    rows = [f"Durand {n};A1;09726600{n:02d}" for n in range(60)]
    file.write_text("\n".join(["Cabinet;Code;Fax", *rows, "Zut;B;abc"]))
    page = screen.page

    await screen.open("/lists")
    await page.get_by_label("Nom de la liste").fill("Clients de Lyon")
    await page.get_by_label("Fichier").set_input_files(file)
    await press(screen, "Créer la liste")
    await see(screen, "#inside", "prête")
    await page.locator("summary").click()
    await screen.look("list")
    await page.get_by_label("Numéro ou texte").fill("durand 57")
    await press(screen, "Chercher")
    await see(screen, "#inside", "0972660057")
    await screen.open("/lists")
    await screen.look("lists")
    await page.get_by_role("link", name="Supprimer Clients de Lyon").click()
    await screen.look("list-delete")

    await screen.open("/do-not-fax")
    await page.get_by_label("Numéros saisis ou collés").fill("\n".join(OBJECTS))
    await page.get_by_label("Raison").fill("demandé par téléphone")
    await press(screen, "Ne plus faxer ces numéros")
    await see(screen, "main", "2 numéros ajoutés")
    await screen.look("do-not-fax")
    await page.get_by_role("link", name=f"Retirer {OBJECTS[0]}").click()
    await screen.look("do-not-fax-remove")

    ref = await begin(screen, "Cabinets de Lyon")
    await screen.open(f"/campaigns/{ref}/edit/recipients")
    await page.get_by_label("Clients de Lyon").select_option("plus")
    await press(screen, "Enregistrer")
    await see(screen, "#standing", "Cette campagne appellera 58 numéros.")
    await page.get_by_label("Adresse d'une liste").fill("http://127.0.0.1/liste.csv")
    await press(screen, "Ajouter")
    await see(screen, "main", "Cette adresse mène à un réseau privé")
    await screen.look("wizard-recipients-refused")
