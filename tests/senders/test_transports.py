"""
A real fax by each transport: what SIP goes over makes no difference to the pages.
"""

import subprocess
from pathlib import Path

import pytest

from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.senders.sip_t38 import SipT38Sender


async def ignore(progress):
    """Nobody watches."""


def certificate(folder: Path) -> Path:
    """A certificate of 127.0.0.1 and its key, in one file."""
    key, pem = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"),
            *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=fax"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", key, "-out", pem),
        ],
        check=True,
        capture_output=True,
    )
    pem.write_bytes(pem.read_bytes() + key.read_bytes())
    return pem


@pytest.mark.parametrize(
    ("transport", "host"),
    [
        ("tcp", "127.0.0.1"),
        ("tls", "127.0.0.1"),
        ("udp", "::1"),
        ("tcp", "::1"),
    ],
)
async def test_a_fax_goes_by(
    transport, host, start_fax_machine, order, paper, tmp_path
):
    pem = certificate(tmp_path) if transport == "tls" else None
    options = [f"--tls-certificate={pem}"] if pem else []
    machine = await start_fax_machine(f"--bind={host}", *options)
    port = machine.said[0]["tls_port"] if pem else machine.port
    values = {"host": host, "port": port, "transport": transport}
    if pem:
        values["tls_ca_file"] = str(pem)
    pages = paper(2)

    async with SipT38Sender(bind=host) as sender:
        call = order(machine, pages, trunk=machine.trunk(**values))
        outcome = await sender.send(call, ignore)
        line = await machine.wait_for("fax")

    assert outcome.ending is Ending.DELIVERED
    assert outcome.pages_confirmed == 2
    received = [page.tobytes() for page in machine.received(line)]
    assert received == [page.tobytes() for page in pages.images]


async def test_a_certificate_of_somebody_else_gets_no_fax(
    start_fax_machine, order, paper, tmp_path
):
    machine = await start_fax_machine(f"--tls-certificate={certificate(tmp_path)}")
    values = {"port": machine.said[0]["tls_port"], "transport": "tls"}

    async with SipT38Sender() as sender:
        call = order(machine, paper(1), trunk=machine.trunk(**values))
        outcome = await sender.send(call, ignore)

    assert outcome.ending is Ending.TRUNK_FAULT
    assert "no connection" in outcome.detail
    assert [line["event"] for line in machine.said] == ["ready"]
