"""
How calls leave, by the settings, and what is said of settings that cannot be used.
"""

import contextlib
import socket

import pytest

from ecofax_gateway.calling import check_trunk, open_calling
from ecofax_gateway.domain.errors import BadSettings, NotYet
from ecofax_gateway.settings import parse_settings

TRUNK = {"name": "carrier", "proxy": "127.0.0.1:5060"}


async def refused(settings):
    with pytest.raises(BadSettings) as caught:
        async with contextlib.AsyncExitStack() as stack:
            await open_calling(settings, stack)
    return caught.value


async def test_a_sip_port_that_is_taken_may_be_free_later():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        settings = parse_settings({"trunk": TRUNK, "engine": {"sip_port": port}})

        error = await refused(settings)

    assert isinstance(error, NotYet)
    assert f"engine.sip_port: 127.0.0.1:{port}: Address already in use" in str(error)


async def test_an_address_may_become_this_machine_s_while_its_network_comes_up():
    settings = parse_settings({"trunk": TRUNK, "engine": {"bind": "192.0.2.9"}})

    error = await refused(settings)

    assert isinstance(error, NotYet)
    assert "engine.bind: 192.0.2.9:0: Cannot assign requested address" in str(error)


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (None, "No such file"),
        (b"", "it is empty"),
        (b"\xff\xfe", "it is not text"),
        (b"one\ntwo\n", "it is not one line"),
    ],
)
def test_a_trunk_s_password_is_one_line_of_a_file(tmp_path, content, wrong):
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    named = {**TRUNK, "username": "u", "password_file": str(file)}
    (trunk,) = parse_settings({"trunk": named}).trunks

    with pytest.raises(BadSettings, match=r"trunk\.password_file of") as caught:
        check_trunk(trunk)

    assert wrong in str(caught.value)
    assert "write the password into it" in str(caught.value)


def test_authorities_that_are_none_are_named(tmp_path):
    (tmp_path / "ca.pem").write_text("none")
    named = {**TRUNK, "transport": "tls", "tls_ca_file": str(tmp_path / "ca.pem")}
    (trunk,) = parse_settings({"trunk": named}).trunks

    with pytest.raises(BadSettings, match=r"trunk\.tls_ca_file of carrier: .*PEM"):
        check_trunk(trunk)
