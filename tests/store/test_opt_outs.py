"""
Opt-out codes: one for each recipient of an order that asks for it.
"""

from sqlalchemy import select

from ecofax_gateway.store import objections, opt_outs
from ecofax_gateway.store.reference import ALPHABET, reference
from ecofax_gateway.store.tables import campaign, fax

NUMBERS = [f"+3397210{n:04}" for n in range(1100)]


def code(office, ref):
    return office.tx(opt_outs.code_of, ref)


def test_every_recipient_gets_a_code_of_his_own(office):
    ref = office.queue(office.line(), NUMBERS, notes={opt_outs.WANTED: True})

    found = office.tx(
        lambda conn: conn.execute(select(fax.c.opt_out_code)).scalars().all()
    )

    assert len(set(found)) == len(NUMBERS)
    assert None not in found
    number, line = office.tx(
        objections.opt_out, code(office, f"{ref}-7"), source="mail", now=office.now
    )
    assert (number, line) == (NUMBERS[6], "+33100000001")
    assert office.tx(objections.blocked, NUMBERS, line=line) == {NUMBERS[6]}
    assert office.tx(objections.opt_out, "K7M2XQ9D", source="m", now=office.now) is None


def test_an_order_that_does_not_ask_has_none(office):
    assert code(office, office.queue(office.line(), NUMBERS[:1])) is None


def test_a_code_that_is_taken_is_drawn_again_and_a_given_one_stays(office):
    ref = office.queue(office.line(), NUMBERS[:1], notes={opt_outs.WANTED: True})
    taken = code(office, ref)
    other = office.campaign("+33100000001", NUMBERS[1:3], notes={opt_outs.WANTED: True})
    ids = dict(
        office.tx(
            lambda conn: conn.execute(select(campaign.c.ref, campaign.c.id)).fetchall()
        )
    )
    draws = iter([_entropy_of(taken), _entropy_of(taken), 1, 2])

    given = office.tx(opt_outs.give_codes, ids[other], entropy=lambda: next(draws))

    assert given == 2
    assert {code(office, f"{other}-1"), code(office, f"{other}-2")} == {
        reference(1),
        reference(2),
    }
    assert office.tx(opt_outs.give_codes, ids[ref]) == 0
    assert code(office, ref) == taken


def _entropy_of(wanted):
    """
    A number that `reference` makes *wanted* of.
    """
    entropy = 0
    for letter in reversed(wanted):
        entropy = entropy * len(ALPHABET) + ALPHABET.index(letter)
    assert reference(entropy) == wanted
    return entropy
