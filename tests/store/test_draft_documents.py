"""
The documents of a draft, one by one.
"""

from datetime import timedelta

import pytest

from ecofax_gateway.domain.document import DocumentRole
from ecofax_gateway.domain.order import Cover
from ecofax_gateway.store import campaigns, draft_documents, drafts, preparation
from ecofax_gateway.store.campaigns import NewDocument
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.draft_documents import Fault
from ecofax_gateway.store.drafts import DraftAnswer
from ecofax_gateway.store.states import CampaignState

FAULT = Fault(document="a.pdf", code="damaged", sentence="Le document est abîmé.")


def new(name, role=DocumentRole.ATTACHED):
    return NewDocument(name=name, content=Content.of(name.encode()), role=role)


@pytest.fixture
def ref(office):
    return office.campaign(office.line(), [], draft=True, documents=())


def append(office, ref, *names):
    return office.tx(draft_documents.append, ref, [new(name) for name in names])


def rows(office, ref):
    return office.tx(preparation.documents, ref)


def names(office, ref):
    return [row.name for row in rows(office, ref)]


def claim(office):
    lease = timedelta(minutes=5)
    return office.tx(
        preparation.claim_preparation, node="a", now=office.now, lease=lease
    )


def test_what_is_added_comes_after_what_is_there(office, ref):
    append(office, ref, "a.pdf", "b.pdf")
    append(office, ref, "c.pdf")

    assert names(office, ref) == ["a.pdf", "b.pdf", "c.pdf"]


def test_a_document_goes_out_and_the_others_stay(office, ref):
    append(office, ref, "a.pdf", "b.pdf", "c.pdf")
    middle = rows(office, ref)[1].id

    for _ in range(2):
        answer = office.tx(draft_documents.remove, ref, middle)
        assert answer is DraftAnswer.DONE

    assert names(office, ref) == ["a.pdf", "c.pdf"]


def test_a_document_of_another_draft_is_not_taken_out(office, ref):
    other = office.campaign("+33100000001", [], draft=True, documents=(new("x.pdf"),))

    office.tx(draft_documents.remove, ref, rows(office, other)[0].id)

    assert names(office, other) == ["x.pdf"]


def test_a_document_moves_up_but_not_before_the_cover(office, ref):
    append(office, ref, "a.pdf", "b.pdf", "c.pdf")
    cover = new("page de garde", DocumentRole.COVER)
    office.tx(draft_documents.set_cover, ref, Cover(subject="Devis"), cover)
    *_, last = rows(office, ref)

    for _ in range(3):
        office.tx(draft_documents.move_up, ref, last.id)

    assert names(office, ref) == ["page de garde", "c.pdf", "a.pdf", "b.pdf"]


def test_a_cover_page_comes_and_goes(office, ref):
    append(office, ref, "a.pdf")
    cover = new("page de garde", DocumentRole.COVER)

    office.tx(draft_documents.set_cover, ref, Cover(subject="Devis"), cover)
    covered = names(office, ref)
    office.tx(draft_documents.set_cover, ref, None, None)

    assert covered == ["page de garde", "a.pdf"]
    assert names(office, ref) == ["a.pdf"]


def test_only_another_cover_page_is_rendered_again(office, ref):
    append(office, ref, "a.pdf")
    cover = new("page de garde", DocumentRole.COVER)
    office.tx(draft_documents.set_cover, ref, Cover(), cover)
    office.tx(preparation.release, ref, page_count=2, now=office.now)

    office.tx(draft_documents.set_cover, ref, Cover(), cover)

    assert office.tx(campaigns.get, ref).state is CampaignState.READY


def test_a_draft_without_documents_waits_quietly(office, ref):
    assert claim(office) is None
    assert office.tx(preparation.poisoned, now=office.now) == []

    append(office, ref, "a.pdf")

    assert claim(office).ref == ref


def test_a_draft_whose_documents_cannot_be_printed_waits_for_others(office, ref):
    append(office, ref, "a.pdf")
    claimed = claim(office)

    assert office.tx(draft_documents.note_faults, ref, [FAULT])
    waiting, again = office.tx(campaigns.get, ref), claim(office)
    append(office, ref, "b.pdf")

    assert waiting.trouble == [
        {"document": "a.pdf", "code": "damaged", "sentence": "Le document est abîmé."}
    ]
    assert again is None
    assert claim(office).edition == claimed.edition + 1
    assert office.tx(campaigns.get, ref).trouble is None


@pytest.mark.parametrize(
    ("documents", "fault", "answer"),
    [
        ((), None, DraftAnswer.NO_DOCUMENT),
        ((new("a.pdf"),), FAULT, DraftAnswer.TROUBLE),
        ((new("a.pdf"),), None, DraftAnswer.DONE),
    ],
)
def test_only_what_can_be_printed_is_launched(office, documents, fault, answer):
    line = office.line()
    ref = office.campaign(line, ["+33972101010"], draft=True, documents=documents)
    if fault:
        office.tx(draft_documents.note_faults, ref, [fault])

    assert office.tx(drafts.launch, ref, now=office.now) is answer


def test_what_was_launched_keeps_its_documents(office):
    line = office.line()
    documents = (new("a.pdf"),)
    ref = office.campaign(line, ["+33972101010"], draft=True, documents=documents)
    office.tx(drafts.launch, ref, now=office.now)
    its = rows(office, ref)[0].id

    answers = [
        append(office, ref, "b.pdf"),
        office.tx(draft_documents.remove, ref, its),
        office.tx(draft_documents.move_up, ref, its),
        office.tx(draft_documents.set_cover, ref, Cover(), new("garde")),
    ]

    assert set(answers) == {DraftAnswer.NOT_A_DRAFT}
    assert not office.tx(draft_documents.note_faults, ref, [FAULT])
    assert names(office, ref) == ["a.pdf"]
