"""
A capture is read by others as it was written by us; nobody's password is in it.
"""

import itertools
import os
import stat
import subprocess

import pytest

from ecofax_gateway.engine import capture as capture_module
from ecofax_gateway.engine.capture import (
    Capture,
    captures_of,
    forget_captures,
    open_capture,
)
from ecofax_gateway.engine.pcap import (
    MAX_PAYLOAD,
    file_header,
    record,
    without_credentials,
)

NEAR, FAR = ("192.0.2.1", 5060), ("198.51.100.7", 40000)


def decoded(path, *fields):
    """What tshark sees, one row per packet."""
    run = subprocess.run(
        [
            "tshark", "-r", path, "-T", "fields",
            *itertools.chain.from_iterable(("-e", field) for field in fields),
            "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )  # fmt: skip
    return [line.split("\t") for line in run.stdout.splitlines()]


@pytest.mark.parametrize(
    ("source", "target", "version"),
    [
        (NEAR, FAR, "4"),
        (("2001:db8::1", 5060), ("2001:db8::2", 40000), "6"),
        (("::ffff:192.0.2.1", 5060), ("198.51.100.7", 40000), "6"),
    ],
)
@pytest.mark.parametrize("payload", [b"", b"x", b"\xff" * 1400])
def test_another_program_reads_every_datagram(
    tmp_path, source, target, version, payload
):
    path = tmp_path / "a.pcap"
    path.write_bytes(file_header() + record(1_800_000_000.25, source, target, payload))

    ((at, ip, near, far, length, ip_sum, udp_sum),) = decoded(
        path,
        "frame.time_epoch",
        "ip.version",
        "udp.srcport",
        "udp.dstport",
        "udp.length",
        "ip.checksum.status",
        "udp.checksum.status",
    )

    assert float(at) == 1_800_000_000.25
    assert (near, far, length) == ("5060", "40000", str(8 + len(payload)))
    # 1: good.
    assert udp_sum == "1"
    assert (ip, ip_sum) == (("4", "1") if version == "4" else ("6", ""))


def test_a_message_too_long_for_a_datagram_is_cut(tmp_path):
    path = tmp_path / "a.pcap"
    path.write_bytes(file_header() + record(0, NEAR, FAR, b"x" * (MAX_PAYLOAD + 1)))

    assert decoded(path, "udp.length") == [[str(8 + MAX_PAYLOAD)]]


@pytest.mark.parametrize(
    "header",
    [
        b'Authorization: Digest username="u5er", response="s3cret"',
        b'PROXY-AUTHORIZATION :Digest response="s3cret"',
        b'authorization: Digest nonce="n",\r\n\tresponse="s3cret"',
        b'Authorization: Digest nonce="n",\n response="s3cret"',
    ],
)
def test_credentials_are_left_out(header):
    message = b"BYE sip:x SIP/2.0\r\nVia: v\r\n" + header + b"\r\nTo: t\r\n\r\nbody"

    kept = without_credentials(message)

    assert b"s3cret" not in kept
    assert b"u5er" not in kept
    assert kept.startswith(b"BYE sip:x SIP/2.0\r\nVia: v\r\n")
    assert kept.replace(b":Digest", b": Digest").endswith(
        b": Digest blanked\r\nTo: t\r\n\r\nbody"
    )


def test_a_message_without_credentials_stays_as_it_is():
    message = b'INVITE sip:x SIP/2.0\r\nWWW-Authenticate: Digest nonce="n"\r\n\r\n'

    assert without_credentials(message) == message


def test_a_capture_is_private_and_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(capture_module, "MAX_BYTES", 1000)
    capture = open_capture(tmp_path / "captures", "../../K7M2 XQ9D")
    assert capture is not None

    for _ in range(100):
        capture.add(NEAR, FAR, b"x" * 100)
    capture.close()
    capture.close()
    capture.add(NEAR, FAR, b"after the end")

    (path,) = (tmp_path / "captures").iterdir()
    assert path.name == capture.name
    assert path.name.startswith("______K7M2_XQ9D-")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.stat().st_size <= 1000
    assert len(decoded(path, "frame.number")) == 6


def test_an_address_that_is_none_is_not_captured(tmp_path):
    capture = Capture(tmp_path / "a.pcap")
    capture.add(NEAR, ("not-an-address", 5060), b"x")
    capture.close()

    assert (tmp_path / "a.pcap").read_bytes() == file_header()


def test_a_folder_that_cannot_be_costs_no_call(tmp_path, caplog):
    (tmp_path / "file").write_text("")

    assert open_capture(tmp_path / "file", "K7M2") is None
    assert "not captured" in caplog.text


def test_captures_are_found_and_forgotten(tmp_path):
    names = ["A-1-20261121T000000Z.pcap", "A-1-20261122T000000Z.pcap", "A-12-2.pcap"]
    for at, name in enumerate(names):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (at, at))
    (tmp_path / "other.txt").write_bytes(b"")
    os.utime(tmp_path / "other.txt", (0, 0))

    assert [path.name for path in captures_of(tmp_path, "A-1")] == names[:2]
    assert forget_captures(tmp_path, before=2) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [names[2], "other.txt"]
    assert forget_captures(tmp_path / "never-made", before=2) == 0
