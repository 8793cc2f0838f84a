"""
What a trunk's settings make of a call.
"""

import pytest

from ecofax_gateway.domain.dialling import Dialling, NumberFormat
from ecofax_gateway.domain.mode import AUDIO, T38, T38_SLOW
from ecofax_gateway.domain.number import FaxNumber
from ecofax_gateway.domain.retry import RetryPolicy
from ecofax_gateway.engine.protocol import TrunkAddress
from ecofax_gateway.pipeline.way import Way


def call(mode=T38, **trunk):
    way = Way(
        name="t",
        address=TrunkAddress(host="192.0.2.1"),
        **{"dialling": Dialling(), "policy": RetryPolicy(), **trunk},
    )
    return way.call(
        "R",
        number=FaxNumber("+33972101010"),
        line=FaxNumber("+33366720307"),
        mode=mode,
        files=(),
        pages=3,
    )


def test_numbers_are_told_as_the_trunk_wants_them():
    placed = call(dialling=Dialling(NumberFormat.E164))

    assert (placed.number, placed.caller_id) == ("+33972101010", "+33366720307")
    assert placed.station_id == "03 66 72 03 07"
    assert not placed.privacy


@pytest.mark.parametrize(
    ("caller", "shown"),
    [("anonymous", ("0366720307", True)), ("0900", ("0900", False))],
)
def test_the_caller_is_who_the_trunk_says(caller, shown):
    placed = call(caller=caller)

    assert (placed.caller_id, placed.privacy) == shown
    assert placed.station_id == "03 66 72 03 07", "the page says who pays"


@pytest.mark.parametrize(
    ("mode", "trunk", "spoken"),
    [
        pytest.param(T38, {}, ("auto", False, True, 14400), id="follow"),
        pytest.param(T38_SLOW, {}, ("auto", False, False, 9600), id="slower"),
        pytest.param(AUDIO, {}, ("audio", False, True, 14400), id="sound"),
        pytest.param(
            T38, {"direct_t38": True}, ("auto", True, True, 14400), id="direct"
        ),
        pytest.param(
            AUDIO, {"direct_t38": True}, ("audio", False, True, 14400), id="not-direct"
        ),
        pytest.param(
            T38, {"audio_only": True}, ("audio", False, True, 14400), id="audio"
        ),
        pytest.param(T38, {"ecm": False}, ("auto", False, False, 14400), id="no-ecm"),
    ],
)
def test_a_call_speaks_as_the_number_and_the_trunk_allow(mode, trunk, spoken):
    placed = call(mode, **trunk)

    assert spoken == (
        placed.media, placed.direct_t38, placed.ecm, placed.max_bit_rate,
    )  # fmt: skip
