"""
What answers say of a trunk.
"""

import pytest

from ecofax_gateway.engine.protocol import Health
from ecofax_gateway.engine.upkeep import MAX_RETRY_S, is_bad, not_found, verdict
from ecofax_gateway.sip.inquiry import InquiryAnswer


def judged(status, *, registers=False, failures=1, **more):
    found = verdict(
        InquiryAnswer(status=status, reason="So", **more),
        registers=registers,
        ping_interval_s=60.0,
        failures=failures,
        draw=0.5,
    )
    return found.state, found.detail, found.again_s


@pytest.mark.parametrize(
    ("status", "more", "expected"),
    [
        pytest.param(200, {}, (Health.UP, "", 60.0), id="there"),
        pytest.param(404, {}, (Health.UP, "", 60.0), id="no-such-user"),
        pytest.param(401, {}, (Health.UP, "", 60.0), id="challenged"),
        pytest.param(408, {}, (Health.DOWN, "408 So", 5.0), id="silent"),
        pytest.param(503, {}, (Health.DOWN, "503 So", 5.0), id="overload"),
        pytest.param(503, {"retry_after": 90}, (Health.DOWN, "503 So", 90), id="later"),
        pytest.param(503, {"failures": 3}, (Health.DOWN, "503 So", 20.0), id="third"),
        pytest.param(
            408, {"failures": 99}, (Health.DOWN, "408 So", MAX_RETRY_S), id="for-long"
        ),
    ],
)
def test_options(status, more, expected):
    assert judged(status, **more) == expected


@pytest.mark.parametrize(
    ("status", "more", "expected"),
    [
        pytest.param(200, {"expires": 600}, (Health.REGISTERED, "", 300), id="well"),
        pytest.param(200, {}, (Health.REFUSED, "200 So", 60.0), id="not-bound"),
        pytest.param(403, {}, (Health.REFUSED, "403 So", 60.0), id="forbidden"),
        pytest.param(
            401, {"failures": 99}, (Health.REFUSED, "401 So", 3600.0), id="for-long"
        ),
        pytest.param(
            403, {"retry_after": 900}, (Health.REFUSED, "403 So", 900), id="later"
        ),
        pytest.param(504, {}, (Health.DOWN, "504 So", 5.0), id="down"),
    ],
)
def test_register(status, more, expected):
    assert judged(status, registers=True, **more) == expected


def test_what_counts_as_a_failure():
    fine = InquiryAnswer(status=200)

    assert not is_bad(fine, registers=False)
    assert is_bad(fine, registers=True)
    assert is_bad(InquiryAnswer(status=503), registers=False)


def test_gateways_that_lost_a_trunk_together_come_back_apart():
    delays = [not_found("x", failures=1, draw=draw).again_s for draw in (0, 1)]

    assert delays == [3.75, 6.25]
