"""
What one recipient reads, out of what a list and an order say of him.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from converters.fields import fields_of
from converters.place import LAST_PAGE, Kind, Place
from converters.sheet import BAND_ROWS, ROWS
from converters.tiff_f import decode, encode
from ecofax_gateway.domain.document import Document, DocumentRole
from ecofax_gateway.domain.errors import OrderRefused
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.domain.number import parse_number
from ecofax_gateway.domain.order import Cover, Order
from ecofax_gateway.pipeline.cover import covered, standard_template
from ecofax_gateway.pipeline.personal import (
    OF_THE_FAX,
    Personal,
    lack,
    lacking_keys,
    recipient_values,
)
from ecofax_gateway.pipeline.sheets import compose

LINE = FaxLine(number="+33366720307", name="Cabinet Durand", password_hash="x")
AT = datetime(2027, 6, 21, 13, 15, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


def place(page, text, *, y=50.0, kind=Kind.TEXT):
    return Place(
        page=page, x_mm=30, y_mm=y, width_mm=100, height_mm=20, text=text, kind=kind
    )


def personal(*overlay, cover=(), cover_pages=0, **values):
    return Personal(
        cover=cover, cover_pages=cover_pages, overlay=overlay, values=values
    )


def pages(drawn, *, count=2, first_page=1):
    """Blank pages as a call sends them, without their tag lines."""
    blank = encode([np.zeros((ROWS[98], 1728), bool)] * count, vertical_dpi=98)
    composed = compose(
        [blank], line=LINE, at=AT, zone=PARIS, first_page=first_page,
        vertical_dpi=98, drawn=drawn,
    )  # fmt: skip
    return [ink[BAND_ROWS[98] :] for ink in decode(composed)]


@pytest.mark.parametrize(
    ("row", "cover", "values"),
    [
        ({"Prénom": "Zoé"}, None, {"PRENOM": "Zoé"}),
        ({"name": "Zoé"}, None, {"NAME": "Zoé", "NOM": "Zoé"}),
        ({"Company": "Ünal"}, None, {"COMPANY": "Ünal", "SOCIETE": "Ünal"}),
        ({}, Cover(name="Mme Lefèvre"), {"NOM": "Mme Lefèvre"}),
        ({"Nom": "Ünal"}, Cover(name="Mme Lefèvre"), {"NOM": "Ünal"}),
        ({"Nom": ""}, Cover(name="Mme Lefèvre"), {"NOM": "Mme Lefèvre"}),
        ({}, Cover(), {}),
    ],
)
def test_a_recipient_is_known_by_his_row_then_by_the_order(row, cover, values):
    assert recipient_values(row, cover) == values


def test_what_is_drawn_stands_on_its_page_alone():
    first, last = pages(personal(place(1, "[NOM]"), NOM="Zoé"))
    _, only_last = pages(personal(place(LAST_PAGE, "[NOM]"), NOM="Zoé"))

    assert first.any()
    assert not last.any()
    assert np.array_equal(first, only_last)


def test_pages_of_the_letter_are_counted_after_the_cover_page():
    cover, letter, rest = pages(
        personal(
            place(1, "[NOM]"),
            cover=(place(1, "[NOM]", y=150),),
            cover_pages=1,
            NOM="Zoé",
        ),
        count=3,
    )

    assert cover.any()
    assert letter.any()
    assert not rest.any()
    assert not np.array_equal(cover, letter)


def test_recipients_differ_only_in_their_boxes():
    """Accents, long names, no name at all."""
    its = place(1, "[NOM|]")
    rows = slice(round(50 * 3.85) - BAND_ROWS[98], round(70 * 3.85) - BAND_ROWS[98])
    names = ("Zoé", "Marie-Éléonore Bénédicte de la Rochefoucauld-Montbel " * 3, "")

    drawn = [pages(personal(its, NOM=name))[0] for name in names]

    assert len({ink.tobytes() for ink in drawn}) == 3
    for ink in drawn:
        outside = ink.copy()
        outside[rows, 20 + round(30 * 8.04) : 20 + round(131 * 8.04)] = False
        assert not outside.any()


def test_a_call_that_goes_on_draws_what_the_first_would_have():
    drawn = personal(
        place(LAST_PAGE, "[NOM], [PAGE]/[PAGES], [DATE] [HEURE]"), NOM="Zoé"
    )

    whole = pages(drawn, count=3)
    [rest] = pages(drawn, count=3, first_page=3)

    assert np.array_equal(whole[2], rest)
    assert rest.any()


def test_date_hour_and_pages_are_those_of_the_fax():
    said = pages(personal(place(1, "[DATE] [HEURE] [PAGE]/[PAGES]")))[0]
    written = pages(personal(place(1, "21/06/2027 15:15 1/2")))[0]

    assert np.array_equal(said, written)


def test_values_in_a_link_are_quoted():
    link = "https://fax.example/?n={}"

    said = pages(
        personal(place(1, link.format("[NOM]"), kind=Kind.QR), NOM="Zoé & Cie")
    )
    quoted = pages(
        personal(place(1, link.format("Zo%C3%A9%20%26%20Cie"), kind=Kind.QR))
    )

    assert np.array_equal(said[0], quoted[0])


def test_only_fields_of_the_recipient_can_lack():
    texts = ["[NUMERO] [DATE] [PRENOM] [SOCIETE|]", "[PRENOM] [CLIENT]"]

    assert lacking_keys(texts, {"client": "7"}, None) == ["PRENOM"]


def test_the_refusal_names_the_column_the_recipients_and_the_remedy():
    refusal = lack({"CODE_POSTAL": [f"n° {n}" for n in range(12)]})

    assert refusal.code == "missing-column"
    told = refusal.for_requester
    assert "[CODE POSTAL] n'a pas de valeur pour : n° 0, n° 1" in told
    assert "n° 9 et 2 autres." in told
    assert "[PRENOM|client]" in told


def order(**changed):
    number = parse_number("0972101010")
    return Order(
        **{
            "line_number": parse_number("0366720307"),
            "password": "x",
            "numbers": (number,),
            "documents": (Document(name="lettre.pdf", content=b"%PDF-"),),
            "cover": Cover(name="Zoé", subject="Devis", text="Voici."),
            "lines": {number.e164: (3,)},
            **changed,
        }
    )


def test_the_cover_page_goes_first():
    page, letter = covered(order(), LINE, None)

    assert page.role is DocumentRole.COVER
    assert b"Voici." in page.content
    assert b"Cabinet Durand" in page.content
    assert b"[NOM|]" in page.content
    assert letter.name == "lettre.pdf"


def test_without_a_cover_nothing_is_added():
    assert covered(order(cover=None), LINE, "[X]") == order().documents


def test_a_template_that_wants_more_than_a_recipient_has_names_his_line():
    with pytest.raises(OrderRefused) as refused:
        covered(order(), LINE, "<p>[NOM] [VILLE]</p>")

    assert "[VILLE] n'a pas de valeur pour : 09 72 10 10 10 (ligne 3)" in (
        refused.value.for_requester
    )


def test_the_standard_page_asks_nothing_of_anybody():
    required = {f.key for f in fields_of(standard_template()) if f.default is None}

    assert required <= OF_THE_FAX
