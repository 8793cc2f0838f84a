"""
The walls, tried from inside with the very command that runs conversions.
"""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from converters import sandbox
from converters.sandbox import Walls, office_command, walls, worker_command

PROBE = """
import json, os, socket, sys
secret, port = sys.argv[1], int(sys.argv[2])
def tried(act):
    try:
        return str(act())
    except OSError as error:
        return type(error).__name__
def connect():
    with socket.create_connection(("127.0.0.1", port), timeout=30):
        return "connected"
def write():
    with open(os.path.join(sys.argv[3], "probe"), "w"):
        return "written"
print(json.dumps({
    "secret": tried(lambda: open(secret).read()),
    "network": tried(connect),
    "write": tried(write),
    "interfaces": sorted(name for _, name in socket.if_nameindex()),
    "environment": sorted(os.environ),
    "processes": sum(name.isdigit() for name in os.listdir("/proc")),
}))
"""


@pytest.fixture
def listener():
    """
    A server on loopback that anything on this machine can reach.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def probe(command, environment, *arguments):
    done = subprocess.run(
        [*command, "-c", PROBE, *map(str, arguments)],
        env=environment,
        capture_output=True,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout)


def interpreter(command):
    """
    The command up to "-m": walls and interpreter, without the module.
    """
    return command[: command.index("-m")]


@pytest.mark.parametrize(
    "inside",
    [
        pytest.param(worker_command, id="worker"),
        pytest.param(office_command, id="office"),
    ],
)
def test_no_network_no_home_no_neighbours(inside, listener, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("42")
    package = Path(sandbox.__file__).parent
    command, environment = inside()

    seen = probe(interpreter(command), environment, secret, listener, "/app/converters")
    outside = probe([sys.executable], dict(os.environ), secret, listener, tmp_path)

    # The same probe succeeds without walls: it can tell.
    assert (outside["secret"], outside["network"]) == ("42", "connected")
    assert outside["write"] == "written"
    assert seen["secret"] == "FileNotFoundError"
    assert seen["network"] == "ConnectionRefusedError"
    assert seen["interfaces"] == ["lo"]
    assert seen["write"] == "OSError"
    assert seen["processes"] < 5
    assert not package.joinpath("probe").exists()


def test_no_variable_of_ours_gets_in(listener, tmp_path, monkeypatch):
    monkeypatch.setenv("FAX_PASSWORD", "secret")
    command, environment = worker_command()

    seen = probe(interpreter(command), environment, tmp_path, listener, tmp_path)

    assert "FAX_PASSWORD" not in seen["environment"]


def test_the_home_directory_is_not_there():
    command, environment = worker_command()
    code = "import os; print(os.path.exists('/root'), os.path.exists('/home'))"

    done = subprocess.run(
        [*interpreter(command), "-c", code],
        env=environment,
        capture_output=True,
        timeout=60,
    )

    assert done.stdout.split() == [b"False", b"False"]


def test_a_read_only_proc_serves_where_a_new_one_is_refused():
    command = [*sandbox.walled(Walls.SHARED_PROC), "/usr/bin/true"]

    assert subprocess.run(command, timeout=60).returncode == 0


def test_without_bubblewrap_one_warning_says_what_to_install(
    monkeypatch, tmp_path, caplog
):
    walls.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))

    try:
        kinds = {walls(), walls()}
        command, environment = worker_command()
    finally:
        walls.cache_clear()

    assert kinds == {Walls.NONE}
    assert command[0] == sys.executable
    assert environment["CONVERTERS_WALLS"] == "none"
    (warning,) = [each for each in caplog.records if each.name == sandbox.__name__]
    assert "bubblewrap (it is not installed)" in warning.getMessage()
