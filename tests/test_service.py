"""
One daemon per state folder, and word to systemd.
"""

import os
import re
import socket
import subprocess
import sys

import pytest

from ecofax_gateway.domain.errors import BadSettings
from ecofax_gateway.service import (
    home_mark,
    lock,
    make_state_folder,
    notify,
    watchdog_seconds,
)


def test_a_second_daemon_is_refused(tmp_path):
    first = lock(tmp_path)

    with pytest.raises(BadSettings, match="in use by another"):
        lock(tmp_path)

    first.close()
    lock(tmp_path).close()


@pytest.fixture(autouse=True)
def _own_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_what_is_written_is_the_owner_s_alone(tmp_path):
    make_state_folder(tmp_path / "state")
    (tmp_path / "state" / "file").write_text("")

    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "state" / "file").stat().st_mode & 0o777 == 0o600


def test_a_state_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(BadSettings, match=r"gateway\.state"):
        make_state_folder(tmp_path / "file" / "state")


@pytest.mark.parametrize("use", [lock, home_mark])
def test_a_state_folder_that_cannot_be_written_is_named(tmp_path, use):
    (tmp_path / "lock").mkdir()
    (tmp_path / "home.part").mkdir()

    with pytest.raises(BadSettings, match=r"gateway\.state.*name a folder"):
        use(tmp_path)


def test_what_it_starts_has_none_of_its_powers():
    """
    As with AmbientCapabilities= in the unit, here in a user namespace of its own.
    """
    program = (
        "import subprocess; from ecofax_gateway import service;"
        "service.keep_powers_to_itself();"
        "[subprocess.run(['grep', '-H', 'Cap', f'/proc/{who}/status'], check=True)"
        " for who in ('self', __import__('os').getpid())]"
    )
    namespace = ["unshare", "--user", "--map-user=1000", "--keep-caps"]
    done = subprocess.run(
        [*namespace, sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
    )

    child, own = (
        dict(re.findall(rf"/{who}/status:(\w+):\s*(\w+)", done.stdout))
        for who in ("self", r"\d+")
    )
    assert int(own["CapEff"], 16) != 0
    assert int(child["CapPrm"], 16) == int(child["CapAmb"], 16) == 0


def test_systemd_is_told(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))

        notify("READY=1", "STATUS=listening")

        assert listener.recv(100) == b"READY=1\nSTATUS=listening"


def test_without_systemd_nothing_is_said(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)

    notify("READY=1")


@pytest.mark.parametrize(("usec", "seconds"), [("60000000", 30.0), ("", None)])
def test_the_watchdog_is_fed_twice_as_often_as_asked(monkeypatch, usec, seconds):
    monkeypatch.setenv("WATCHDOG_USEC", usec)

    assert watchdog_seconds() == seconds
