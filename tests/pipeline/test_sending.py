"""
Single faxes: sent without a mail, and sent again.
"""

from datetime import timedelta

import pytest

from ecofax_gateway.domain.campaign import Relation
from ecofax_gateway.domain.document import Document, DocumentRole, Quality
from ecofax_gateway.domain.errors import OrderRefused
from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.number import parse_number
from ecofax_gateway.domain.order import Cover
from ecofax_gateway.domain.route import Carrier
from ecofax_gateway.pipeline.resending import resend_fax
from ecofax_gateway.pipeline.routing import Routing
from ecofax_gateway.pipeline.sending import MAX_NUMBERS, Sending, send
from ecofax_gateway.store import campaigns, faxes, housekeeping, preparation

from .test_campaign_operations import LINE, Desk, bad, good

LETTER = Document(name="lettre.pdf", content=b"a letter")
FAX = parse_number("09 72 10 10 10")


@pytest.fixture
def desk(tmp_path, new_store):
    db = new_store(tmp_path)

    yield Desk(db)

    db.close()


@pytest.fixture
def routing():
    return Routing([Carrier(name="main")])


@pytest.fixture
def order(desk, routing):
    """Sends to `FAX`, unless something else is wished."""

    async def place(**wishes):
        wanted = {"line": LINE, "numbers": (FAX,), "documents": (LETTER,), **wishes}
        return await send(desk.db, routing, Sending(**wanted), now=desk.now)

    return place


async def test_a_single_fax_has_the_reference_of_its_order(desk, order):
    ref = await order(address="anne@example.net")

    campaign = desk.db.sync_read(campaigns.get, ref)
    fax = desk.db.sync_read(faxes.get, ref)
    assert (fax.campaign, fax.number) == (ref, FAX.e164)
    assert campaign.requester.address == "anne@example.net"
    assert campaign.launched_at == desk.now


async def test_the_cover_page_goes_first(desk, order):
    ref = await order(cover=Cover(name="Mme Durand", subject="Devis"))

    roles = [each.role for each in desk.db.sync_read(preparation.documents, ref)]
    assert roles == [DocumentRole.COVER, DocumentRole.ATTACHED]


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        pytest.param({"documents": ()}, "no-document", id="nothing-to-send"),
        pytest.param({"numbers": ()}, "how-many-numbers", id="to-nobody"),
        pytest.param(
            {"numbers": (FAX,) * (MAX_NUMBERS + 1)}, "how-many-numbers", id="too-many"
        ),
        pytest.param(
            {"numbers": (parse_number("+44 20 7946 0000"),)},
            "restricted-numbers",
            id="foreign",
        ),
        pytest.param({"line": "+33199999999"}, "no-line", id="no-such-line"),
    ],
)
async def test_what_cannot_be_sent_is_refused_before_anything_is_kept(
    desk, order, wishes, code
):
    with pytest.raises(OrderRefused) as refused:
        await order(**wishes)

    assert refused.value.code == code
    assert desk.db.sync_read(campaigns.listing) == []


async def test_the_best_quality_may_go_abroad(desk, order):
    abroad = parse_number("+44 20 7946 0000")

    ref = await order(numbers=(abroad,), quality=Quality.BEST)

    assert desk.db.sync_read(faxes.get, ref).number == abroad.e164


@pytest.mark.parametrize("result", [good, bad], ids=["sent", "failed"])
def test_one_fax_of_many_is_sent_again_alone(desk, routing, result):
    ref = desk.launched(3)
    desk.call(result)
    again = desk.db.sync_read(faxes.get, f"{ref}-2")

    desk.do(resend_fax, again, "AGAIN", desk.answer, routing)

    made = desk.db.sync_read(campaigns.get, "AGAIN")
    [fax] = desk.db.sync_read(faxes.listing, campaign_ref="AGAIN")
    assert (made.origin, made.relation) == (ref, Relation.RESEND)
    assert (fax.ref, fax.number) == ("AGAIN", again.number)
    # A repeat would be held until somebody says that it is meant: this one is.
    assert fax.state in (FaxState.WAITING, FaxState.QUEUED)


def test_what_is_not_kept_any_more_is_not_sent_again(desk, routing):
    ref = desk.launched(1)
    desk.call(good)
    desk.do(housekeeping.purge, before=desk.now + timedelta(days=1))

    with pytest.raises(OrderRefused) as refused:
        desk.do(
            resend_fax, desk.db.sync_read(faxes.get, ref), "AGAIN", desk.answer, routing
        )

    assert refused.value.code == "purged"
