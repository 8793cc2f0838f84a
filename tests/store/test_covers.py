"""
Cover templates of lines, and what is drawn for each recipient.
"""

import pytest

from ecofax_gateway.domain.document import DocumentRole
from ecofax_gateway.domain.order import Cover
from ecofax_gateway.store import campaigns, covers, drafts, erasure, lines, preparation
from ecofax_gateway.store.campaigns import NewDocument, Wishes
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.drafts import Changes

NUMBERS = ["+33972101010", "+33972101011"]
ROWS = {"+33972101011": {"Nom": "Ünal", "Société": "« A & B »"}}
PLACE = {"page": 1, "text": "[NOM]"}


@pytest.fixture
def merged(office):
    """A draft of two recipients, of whom the list tells something of one."""
    line = office.line()
    ref = office.campaign(
        line, [], draft=True, cover=Cover(name="Zoé", text="Voici."),
        wishes=Wishes(expected=2, overlay=(PLACE,)),
    )  # fmt: skip
    office.tx(
        drafts.add_numbers, ref, NUMBERS, trunk="main", first=1, fields=ROWS,
        now=office.now,
    )  # fmt: skip
    return ref


def test_a_line_has_one_template_at_a_time(office):
    line = office.line()

    none = office.tx(covers.template_of, line)
    kept = [
        office.tx(covers.set_template, line, text, now=office.now)
        for text in ("a", "é")
    ]
    last = office.tx(covers.template_of, line)
    removed = [office.tx(covers.remove_template, line) for _ in range(2)]

    assert none is None
    assert kept == [True, True]
    assert last == "é"
    assert removed == [True, False]
    assert not office.tx(covers.set_template, "+33100000000", "x", now=office.now)


def test_a_line_that_goes_takes_its_template_with_it(office):
    line = office.line()
    office.tx(covers.set_template, line, "x", now=office.now)

    assert office.tx(lines.remove, line) is lines.Removal.REMOVED
    assert office.tx(covers.template_of, line) is None


def test_each_recipient_has_his_row(office, merged):
    first, second = (office.tx(covers.drawn_at, merged, n) for n in (1, 2))

    assert (first.number, second.number) == tuple(NUMBERS)
    assert (first.row, second.row) == ({}, ROWS[NUMBERS[1]])
    assert first.cover == Cover(name="Zoé", text="Voici.")
    assert first.overlay == (PLACE,)
    assert office.tx(covers.drawn_on, second.ref) == second
    assert office.tx(covers.drawn_at, merged, 3) is None
    assert office.tx(covers.drawn_on, "nobody") is None
    assert office.tx(covers.rows_of, merged) == [
        (NUMBERS[0], {}),
        (NUMBERS[1], ROWS[NUMBERS[1]]),
    ]


def test_a_proof_gets_the_row_of_one_recipient(office, merged):
    line = office.tx(campaigns.get, merged).line
    proof = office.campaign(line, ["+33366720309"], draft=True)

    office.tx(covers.copy_row, merged, 2, proof)

    assert office.tx(covers.drawn_at, proof, 1).row == ROWS[NUMBERS[1]]


def test_places_are_kept_beside_the_pages(office):
    tiff = Content.of(b"II*")

    for sha256, places in (("cover", [PLACE]), ("letter", [])):
        office.tx(
            preparation.rendered, sha256, 196, tiff, count=1, places=places,
            now=office.now,
        )  # fmt: skip

    assert office.tx(preparation.find_pages, "cover", 196).places == (PLACE,)
    assert office.tx(preparation.find_pages, "letter", 196).places == ()


def test_a_draft_changes_what_it_draws_and_keeps_its_cover(office, merged):
    page = NewDocument(
        name="page de garde", role=DocumentRole.COVER, content=Content.of(b"<p>")
    )
    letter = NewDocument(name="lettre.pdf", content=Content.of(b"%PDF-"))
    office.tx(drafts.edit, merged, Changes(documents=(page, letter)), now=office.now)

    office.tx(drafts.edit, merged, Changes(documents=(letter,) * 2), now=office.now)
    office.tx(
        drafts.edit, merged, Changes(overlay=(), wants_codes=True), now=office.now
    )

    roles = [each.role for each in office.tx(preparation.documents, merged)]
    assert roles == [DocumentRole.COVER, *[DocumentRole.ATTACHED] * 2]
    asked = office.tx(covers.asked_of, merged)
    assert asked.is_draft
    assert asked.overlay == ()
    draft = office.tx(campaigns.get, merged)
    assert draft.notes["opt_out"]
    assert draft.names == ("lettre.pdf",) * 2


def test_a_number_that_is_erased_takes_its_row_with_it(office, merged):
    office.tx(erasure.erase_number, NUMBERS[1], now=office.now)

    assert office.tx(covers.drawn_at, merged, 2).row == {}
