"""
What a mail may say of its pages and its recipients, as it comes out of the fax machine.
"""

from PIL import Image

from converters import fax_file

from .conftest import LETTER, LINE, PASSWORD, QUOTE, read, write_mail

TABLE = (
    "Société;Fax;Nom\n"
    "Durand SA;0972101010;Mme Durand\n"
    "Dupont;0899700000;M. Dupont\n"
    "Durand SA;+33 9 72 10 10 10;encore elle\n"
    "Martin;09721O1927;M. Martin\n"
)


def test_a_letter_and_some_pages_by_a_line_in_the_body(fax_machine, gateway, tmp_path):
    """Of two documents the second page only, after the text of the mail itself."""
    far_end = fax_machine()
    house = gateway(far_end)
    body = (
        f"p:{PASSWORD}\nligne:{LINE}\ncorps:oui\npages:2\n\n"
        "Bonjour Madame,\n\nVoici notre devis, valable un mois.\n-- \nLe cabinet\n"
    )

    ref = house.hand_in(
        write_mail(body, subject="Votre devis", attached=[LETTER, QUOTE]),
        "0972101010@ecofax.fr",
    )

    accepted = house.reply("accepted")
    assert "Pages : 2" in accepted
    assert "pages:2" in accepted
    assert "03 66 72 03 07" in accepted
    house.reply("sent")
    [received] = far_end.received()
    assert received["pages"] == 2
    pages = tmp_path / "sent.tif"
    assert house.command("show", ref, "--pages", str(pages)).returncode == 0
    printed = far_end.folder / received["file"]
    assert fax_file.same_pixels(pages.read_bytes(), printed.read_bytes()) == []
    with Image.open(printed) as picture:
        letter = read(picture.convert("1"), tmp_path)
    assert "Voici notre devis, valable un mois." in letter
    assert PASSWORD not in letter
    assert "cabinet" not in letter.partition("valable")[2]


def test_a_page_that_does_not_exist_refuses_the_order(fax_machine, gateway):
    far_end = fax_machine()
    house = gateway(far_end)

    house.hand_in(write_mail(f"p:{PASSWORD}\npages:1-3\n"), "0972101010@ecofax.fr")

    refused = house.reply("refused")
    assert "pages:1-3" in refused
    assert "n'a qu'une page" in refused
    assert far_end.calls() == 0


def test_a_table_of_recipients(fax_machine, gateway, tmp_path):
    """
    Who is in it is named on his cover page; duplicates, restricted and bad numbers are
    named with their lines.
    """
    far_end = fax_machine()
    house = gateway(far_end)

    house.hand_in(
        write_mail(
            f"p:{PASSWORD}\ngarde:oui\n\nTous nos vœux.\n",
            attached=[QUOTE, ("numbers.csv", TABLE.encode("cp1252"))],
        ),
        "fax@ecofax.fr",
    )

    house.reply("sent")
    assert "09 72 10 10 10 (lignes 2, 4)" in house.reply("duplicates")
    assert "08 99 70 00 00 (ligne 3)" in house.reply("restricted")
    assert "ligne 5 : « 09721O1927 » contient des lettres" in house.reply("accepted")
    [received] = far_end.received()
    assert (received["called"], received["pages"]) == ("0972101010", 2)
    with Image.open(far_end.folder / received["file"]) as picture:
        cover = read(picture.convert("1"), tmp_path)
    for said in ("Mme Durand", "Durand SA", "09 72 10 10 10", "Tous nos vœux."):
        assert said in cover
