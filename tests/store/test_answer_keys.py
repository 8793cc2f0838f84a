"""
The keys by which replies are answered.
"""

from ecofax_gateway.domain.answer_key import key_of
from ecofax_gateway.domain.language import Language
from ecofax_gateway.store import answer_keys, campaigns, lines

FRESH, OTHER = key_of(bytes(16)), key_of(bytes(range(16)))


def fetch(office, ref, fresh=FRESH):
    return office.tx(answer_keys.correspondence, ref, fresh=fresh)


def test_an_order_keeps_its_first_key(office):
    ref = office.campaign(office.line(), ["+33972101010"])

    assert fetch(office, ref).key == FRESH
    assert fetch(office, ref, fresh=OTHER).key == FRESH


def test_only_its_own_key_opens_an_order(office):
    line = office.line()
    ref, other = (office.campaign(line, ["+33972101010"]) for _ in range(2))
    fetch(office, ref)

    assert office.tx(answer_keys.opens, ref, FRESH)
    assert not office.tx(answer_keys.opens, ref, OTHER)
    assert not office.tx(answer_keys.opens, ref, "")
    assert not office.tx(answer_keys.opens, other, FRESH)
    assert not office.tx(answer_keys.opens, other, "")
    assert not office.tx(answer_keys.opens, "NOSUCH", FRESH)


def test_there_is_nothing_to_write_about_without_an_order(office):
    assert fetch(office, "NOSUCH") is None


def test_a_line_says_how_its_requesters_are_written_to(office):
    number = office.line()
    ref = office.campaign(number, ["+33972101010"])
    as_made = fetch(office, ref)
    assert office.set_line(number, language=Language.EN, copies=("a@example.net",))
    changed = fetch(office, ref)
    office.tx(campaigns.cancel, ref, now=office.now)
    office.tx(lines.remove, number)
    removed = fetch(office, ref)

    assert as_made.language is Language.BOTH
    assert changed.language is Language.EN
    assert changed.line.copies == ("a@example.net",)
    assert (removed.language, removed.line) == (Language.BOTH, None)
