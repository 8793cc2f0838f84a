"""
What is said of an order in French is said in English too: each sentence, made where it
is made in earnest.
"""

import string
from datetime import UTC, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from converters import glyphs, workshop
from converters.remarks import Lettering, Remarks
from ecofax_gateway.domain.number import FaxNumber, NotANumber
from ecofax_gateway.domain.page_choice import parse_page_choice
from ecofax_gateway.orders.address import parse_recipient
from ecofax_gateway.orders.dates import parse_due
from ecofax_gateway.orders.directives import Directives
from ecofax_gateway.orders.number_list import parse_numbers
from ecofax_gateway.orders.ordering import _warnings
from ecofax_gateway.pipeline.prepare import unserved_warning
from ecofax_gateway.replies.remarks_en import _PATTERNS, FORMS, remark_in_english

PARIS = ZoneInfo("Europe/Paris")
FRENCH = {"la", "le", "les", "est", "une", "des", "du", "pour", "heure"}


def of_pages(dpi=98, dropped=0, **each):
    """What is said of pages: each a list of what is noted of them."""
    remarks = Remarks(vertical_dpi=dpi)
    for scale, size, pale, blank in each["pages"]:
        remarks.note(
            scale=scale, lettering=Lettering(smaller_pt=size, pale=pale), is_blank=blank
        )
    return remarks.sentences(dropped=dropped)


PLAIN, BLANK, LARGE = (
    (1, None, False, False),
    (1, None, False, True),
    (0.4, None, False, False),
)
PALE, SMALL, TINY = (
    (1, None, True, False),
    (1, 5.0, False, False),
    (1, 2.0, False, False),
)


def of_pages_all():
    yield from of_pages(pages=[BLANK])
    yield from of_pages(pages=[LARGE])
    yield from of_pages(pages=[LARGE, LARGE])
    yield from of_pages(pages=[SMALL, PLAIN])
    yield from of_pages(pages=[TINY])
    yield from of_pages(pages=[PALE])
    yield from of_pages(pages=[PALE] * 12)
    yield from of_pages(pages=[PLAIN, BLANK], dropped=1)
    yield from of_pages(pages=[PLAIN, BLANK, BLANK], dropped=2)
    yield from of_pages(pages=[BLANK, PLAIN])
    yield from of_pages(pages=[BLANK, BLANK, PLAIN])


def of_lengths():
    long, short = (SimpleNamespace(strip=b"x" * size) for size in (300_000, 1_000))
    many = SimpleNamespace(strip=b"x" * 30_000)
    yield from workshop._of_length([long])
    yield from workshop._of_length([long, short, long])
    yield from workshop._of_length([many] * 60)


def of_dates():
    for text, now in (
        ("28-03-2027 02:30", "2027-03-01"),
        ("31-10-2027 02:30", "2027-10-01"),
        ("01-03-2027 12:00", "2027-03-01T12:00"),
    ):
        at = datetime.fromisoformat(now).replace(tzinfo=UTC)
        yield parse_due(text, now=at, zone=PARIS).warning


def of_orders():
    asked = Directives(pages=parse_page_choice("1-3"), name="Mme Durand")
    yield from _warnings(asked, None)
    yield unserved_warning(FaxNumber("+33972101010"))


def of_numbers():
    entries = [
        "097210101O",
        "0972_101010",
        "112",
        "0000000000",
        "9.72101E+08",
        "0972101010#12",
    ]
    listed = parse_numbers("\n".join(entries).encode())
    yield from (bad.reason for bad in listed.bad)
    table = parse_numbers(b"nom;fax\nAnne;0972101010\nPaul;\nLuc;x\n")
    yield from (bad.reason for bad in table.bad)
    for local in ("9" * 65, "0972101010x12", "0972*101010"):
        with pytest.raises(NotANumber) as refused:
            parse_recipient(local)
        yield str(refused.value)


def sentences(monkeypatch):
    monkeypatch.setattr(glyphs, "undrawn", sorted)
    return [
        *of_pages_all(),
        *of_lengths(),
        *of_dates(),
        *of_orders(),
        *of_numbers(),
        *glyphs.warnings("𐎀"),
        *glyphs.warnings("𐎀𐎁𐎂𐎃𐎄𐎅"),
    ]


def test_every_remark_has_both_languages(monkeypatch):
    made = sentences(monkeypatch)
    unknown = [one for one in made if remark_in_english(one) is None]
    used = {
        english
        for one in made
        for pattern, english in _PATTERNS
        if pattern.fullmatch(one)
    }

    assert unknown == []
    assert used == set(FORMS.values())


def test_the_english_reads_no_french(monkeypatch):
    for one in sentences(monkeypatch):
        words = set(remark_in_english(one).lower().strip(".").split())
        assert not words & FRENCH, one


def test_both_languages_have_the_same_values():
    def values(form):
        return sorted(name for _, name, _, _ in string.Formatter().parse(form) if name)

    for french, english in FORMS.items():
        assert values(french) == values(english)


def test_of_which_document_it_is_stays():
    said = "« a.zip » : « Été {x}.pdf » : La page 3 est blanche."

    assert remark_in_english(said) == '"a.zip": "Été {x}.pdf": Page 3 is blank.'


@pytest.mark.parametrize(
    "unknown", ["", "La page 3 est bleue.", "« a » : Bonjour", "« a » : "]
)
def test_an_unknown_sentence_is_not_guessed(unknown):
    assert remark_in_english(unknown) is None
