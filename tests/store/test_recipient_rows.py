"""
What an order says of its pages and its recipients, in both databases.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from ecofax_gateway.domain.document import DocumentRole
from ecofax_gateway.domain.order import Cover
from ecofax_gateway.domain.page_choice import parse_page_choice
from ecofax_gateway.store import (
    campaigns,
    copies,
    drafts,
    erasure,
    housekeeping,
    preparation,
)
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.tables import campaign, fax

ANNE, BOB, CARL = "+33972101010", "+33972101927", "+33366720307"
ROWS = {
    ANNE: {"nom": "Mme Durand", "société": "Durand « & » fils\\"},
    CARL: {"nom": "Œuvre 'x' \"y\" 日本"},
}
WISHES = {
    "cover": Cover(name="Mme Durand", text="Bonjour,\n\nvoici."),
    "page_choice": parse_page_choice("1-3,5"),
    "fields": ROWS,
    "documents": (
        campaigns.NewDocument(
            name="message.txt", role=DocumentRole.BODY, content=Content.of(b"letter")
        ),
        campaigns.NewDocument(name="a.pdf", content=Content.of(b"a document")),
    ),
}


def rows_of(office, ref):
    query = (
        select(fax.c.number, fax.c.fields)
        .join(campaign, campaign.c.id == fax.c.campaign_id)
        .where(campaign.c.ref == ref)
        .order_by(fax.c.position)
    )
    return office.tx(lambda conn: [tuple(row) for row in conn.execute(query)])


def cover_of(office, ref):
    query = select(campaign.c.cover).where(campaign.c.ref == ref)
    return office.tx(lambda conn: conn.execute(query).scalar())


def roles_of(office, ref):
    return [document.role for document in office.tx(preparation.documents, ref)]


def test_rows_go_with_their_numbers(office):
    ref = office.campaign(office.line(), [ANNE, BOB, CARL], **WISHES)

    assert rows_of(office, ref) == [
        (ANNE, ROWS[ANNE]),
        (BOB, None),
        (CARL, ROWS[CARL]),
    ]
    assert cover_of(office, ref) == WISHES["cover"].as_json
    assert office.tx(preparation.page_choice, ref) == WISHES["page_choice"]
    assert roles_of(office, ref) == [DocumentRole.BODY, DocumentRole.ATTACHED]


def test_an_order_without_wishes_has_none(office):
    ref = office.campaign(office.line(), [ANNE])

    assert rows_of(office, ref) == [(ANNE, None)]
    assert cover_of(office, ref) is None
    assert office.tx(preparation.page_choice, ref) is None
    assert roles_of(office, ref) == [DocumentRole.ATTACHED]


def test_a_draft_gets_rows_in_batches(office):
    wishes = campaigns.Wishes(expected=2)
    ref = office.campaign(office.line(), [], draft=True, wishes=wishes)
    for first, number in enumerate((ANNE, BOB), start=1):
        office.tx(
            drafts.add_numbers, ref, [number], trunk="main", first=first, fields=ROWS,
            now=office.now,
        )  # fmt: skip

    assert rows_of(office, ref) == [(ANNE, ROWS[ANNE]), (BOB, None)]


def test_a_copy_has_the_same_pages_and_rows(office):
    line = office.line()
    ref = office.campaign(line, [ANNE, BOB], **WISHES)
    copy = office.campaign(line, [], documents=(), draft=True)
    office.tx(copies.documents, ref, copy)
    office.tx(copies.numbers, ref, copy, now=office.now)

    assert rows_of(office, copy) == rows_of(office, ref)
    assert cover_of(office, copy) == WISHES["cover"].as_json
    assert office.tx(preparation.page_choice, copy) == WISHES["page_choice"]
    assert roles_of(office, copy) == roles_of(office, ref)


def test_new_documents_forget_the_choice_of_the_old_pages(office):
    ref = office.campaign(office.line(), [ANNE], draft=True, **WISHES)
    other = campaigns.NewDocument(name="b.pdf", content=Content.of(b"another"))
    office.tx(drafts.edit, ref, drafts.Changes(documents=(other,)), now=office.now)

    assert office.tx(preparation.page_choice, ref) is None
    assert cover_of(office, ref) == WISHES["cover"].as_json


@pytest.mark.parametrize(
    "other",
    [
        {"page_choice": parse_page_choice("1")},
        {"page_choice": None},
        {"cover": None},
        {"cover": Cover(name="M. Dupont")},
    ],
)
def test_other_pages_of_the_same_document_are_no_repeat(office, other):
    line = office.line()
    office.queue(line, [ANNE], **WISHES)
    again = office.queue(line, [ANNE], **WISHES)
    different = office.queue(line, [ANNE], **(WISHES | other))

    assert office.fax(again).state == "held"
    assert office.fax(different).state == "queued"


def test_erasing_a_number_erases_its_row(office):
    ref = office.campaign(office.line(), [ANNE, BOB, CARL], **WISHES)
    office.tx(erasure.erase_number, ANNE, now=office.now)

    assert [fields for _, fields in rows_of(office, ref)] == [None, None, ROWS[CARL]]


def test_erasing_the_only_recipient_erases_the_cover(office):
    ref = office.campaign(office.line(), [ANNE], **WISHES)
    office.tx(erasure.erase_number, ANNE, now=office.now)

    assert cover_of(office, ref) is None


def test_retention_forgets_rows_and_covers(office):
    ref = office.campaign(office.line(), [ANNE], **WISHES)
    office.tx(campaigns.cancel, ref, now=office.now)
    office.tx(campaigns.finish_if_all_final, ref, now=office.now)
    later = office.now + timedelta(days=1)
    office.tx(housekeeping.purge, before=later, now=later)

    assert rows_of(office, ref) == [(ANNE, None)]
    assert cover_of(office, ref) is None
