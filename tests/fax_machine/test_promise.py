"""
What a station says of its T.38 that is not so.
"""

import pytest

from ecofax_gateway.fax_machine.behaviour import Conduct
from ecofax_gateway.fax_machine.promise import promise_of
from ecofax_gateway.t38.offer import t38_offer

OURS = t38_offer(("192.0.2.1", 4000), session_id=1, version=1)


@pytest.mark.parametrize(
    ("conduct", "name", "value"),
    [
        (Conduct.WRONG_VERSION, "T38FaxVersion", "3"),
        (Conduct.SLOW, "T38MaxBitRate", "4800"),
        (Conduct.TINY_DATAGRAM, "T38FaxMaxDatagram", "72"),
    ],
)
def test_one_attribute_is_changed(conduct, name, value):
    said = promise_of(conduct)(OURS)

    assert said.media[0].attribute(name) == value
    changed = {
        key for key, _ in set(said.media[0].attributes) - set(OURS.media[0].attributes)
    }
    assert changed == {name}


def test_all_others_say_what_is_so():
    assert promise_of(Conduct.GOOD)(OURS) == OURS
