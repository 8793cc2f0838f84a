"""
IFP packets, walked.
"""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.errors import MalformedPacket
from ecofax_gateway.t38.ifp import Field, fields, ifp_length, is_control, is_image


@pytest.mark.parametrize(
    ("packet", "version", "expected"),
    [
        pytest.param("06", 0, [], id="indicator"),
        pytest.param("c001800001ffc8", 0, [Field(0, 5, 7)], id="hdlc-data"),
        pytest.param("c00120", 0, [Field(2, 2, 3)], id="fcs-ok-alone"),
        pytest.param(
            "c00214", 0, [Field(1, 2, 2), Field(4, 3, 3)], id="two-in-an-octet"
        ),
        pytest.param(
            "c002800000ff20", 0, [Field(0, 5, 6), Field(2, 6, 7)], id="data-then-fcs"
        ),
        pytest.param("c001800001ffc8", 1, [Field(0, 5, 7)], id="version-1"),
        pytest.param("c00110", 3, [Field(2, 3, 3)], id="version-3-fcs-ok"),
    ],
)
def test_fields_are_found(packet, version, expected):
    data = bytes.fromhex(packet)

    found = list(fields(data, version=version))

    assert [f.type for f in found] == [f.type for f in expected]
    assert [data[f.start : f.end] for f in found if f.type == 0] == [
        data[f.start : f.end] for f in expected if f.type == 0
    ]


@pytest.mark.parametrize("version", [0, 1, 2, 3])
@given(data=st.binary(max_size=60))
def test_any_bytes_have_a_length_or_are_malformed(version, data):
    with contextlib.suppress(MalformedPacket):
        length = ifp_length(data, version=version)
        assert 0 < length <= len(data)
        assert ifp_length(data[:length], version=version) == length
        assert ifp_length(data + b"\0\0\0", version=version) == length


@pytest.mark.parametrize(
    ("packet", "control", "image"),
    [
        ("", False, False),
        ("06", False, False),
        ("c00120", True, False),
        ("d001600000ff", False, True),
        ("e000", False, True),
    ],
)
def test_control_and_image_are_told_apart(packet, control, image):
    data = bytes.fromhex(packet)

    assert (is_control(data), is_image(data)) == (control, image)
