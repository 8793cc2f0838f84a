"""
The ladder of a call in words.
"""

import pytest

from ecofax_gateway.domain.journal import Layer, Note
from ecofax_gateway.domain.language import Tongue
from ecofax_gateway.replies.signals import (
    CLASSES,
    METHODS,
    OWN,
    STATUSES,
    T30,
    signal_words,
)


def note(layer, name):
    return Note(at_s=0.0, layer=layer, from_us=True, name=name)


@pytest.mark.parametrize(
    ("layer", "name", "french"),
    [
        pytest.param(Layer.T30, "CFR", T30["CFR"][0], id="frame"),
        pytest.param(Layer.T30, "PPS-EOP", T30["PPS"][0], id="end-of-block"),
        pytest.param(Layer.T30, "FCF 7e", "", id="no-such-frame"),
        pytest.param(Layer.SIP, "re-INVITE", METHODS["re-INVITE"][0], id="method"),
        pytest.param(Layer.SIP, "486 Busy Here", STATUSES["486"][0], id="status"),
        pytest.param(Layer.SIP, "503 Overloaded", CLASSES["5"][0], id="status-class"),
        pytest.param(Layer.SIP, "NOTIFY", "", id="other-method"),
        pytest.param(Layer.SIP, "²²² x", "", id="strange-digits"),
        pytest.param(Layer.OWN, "watchdog", OWN["watchdog"][0], id="our-own"),
    ],
)
def test_each_kind_of_step_is_said(layer, name, french):
    assert signal_words(note(layer, name)) == french


def test_english_stands_beside():
    assert signal_words(note(Layer.T30, "MCF"), Tongue.EN) == "received well"
