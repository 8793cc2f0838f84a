"""
History ends: what ended long ago goes whole, what did not stays.
"""

from sqlalchemy import func, select

from ecofax_gateway.store import campaigns, history, mails, objections
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.tables import (
    attempt,
    campaign,
    document,
    fax,
    mail,
    objection_ledger,
    reply,
)

ANNE, PAUL = "+33972101010", "+33972101011"


def rows(office):
    tables = (mail, campaign, document, fax, attempt, reply)

    def count(conn):
        return [
            conn.execute(select(func.count()).select_from(t)).scalar() for t in tables
        ]

    return office.tx(count)


def purge(office, before):
    gone = 0
    while n := office.tx(history.purge, before=before, batch=2):
        gone += n
    return gone


def test_an_old_order_goes_with_everything_and_a_young_one_stays(office):
    line = office.line()
    for ref in ("MAYMAYMA", "NOTHINGZ"):
        mail_ = mails.NewMail(
            ref=ref,
            envelope_from="a@example.net",
            recipients=("0972101010@ecofax.fr",),
            peer="",
            content=Content.of(ref.encode()),
        )
        office.tx(mails.accept, mail_, now=office.now)
    office.tx(mails.mark_refused, "NOTHINGZ", "no-password", now=office.now)
    numbers = [f"+3397210{n:04}" for n in range(5)]
    old = office.queue(line, numbers, mail_ref="MAYMAYMA")
    office.claim(1)
    office.tx(objections.add, [ANNE], source="command", now=office.now)
    office.tx(campaigns.cancel, old, now=office.now)
    assert office.tx(campaigns.finish_if_all_final, old, now=office.now)
    office.later(days=10)
    young = office.queue(line, [PAUL])
    waiting = rows(office)
    assert waiting[3] == 6

    assert purge(office, office.now.replace(year=2025)) == 0
    assert rows(office) == waiting
    assert purge(office, office.now) > 0

    assert rows(office) == [0, 1, 1, 1, 0, 0]
    assert office.fax(young).number == PAUL
    ledger = select(func.count()).select_from(objection_ledger)
    assert office.tx(lambda conn: conn.execute(ledger).scalar()) == 1
