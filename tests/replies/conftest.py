"""
One order, and the letterhead of its replies.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.number import FaxNumber
from ecofax_gateway.domain.order import Requester
from ecofax_gateway.replies.envelope import Letterhead, reply_message_id
from ecofax_gateway.replies.facts import CampaignFacts


def text_of(message):
    """The plain text of a reply."""
    return message.get_body(("plain",)).get_content()


@pytest.fixture
def letterhead():
    return Letterhead(
        from_address="fax@ecofax.test",
        requester=Requester(
            address="jeanne@example.fr",
            message_id="<m1@example.fr>",
            subject="0366720307",
        ),
        date=datetime(2026, 3, 2, 12, tzinfo=UTC),
        message_id=reply_message_id(reference="C7", kind="sent", domain="ecofax.test"),
    )


@pytest.fixture
def campaign():
    return CampaignFacts(
        reference="C7",
        documents=("fax.pdf",),
        line=FaxNumber("+33366720307"),
        pages=3,
        quality=Quality.PREMIUM,
        zone=ZoneInfo("Europe/Paris"),
    )
