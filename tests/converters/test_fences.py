"""
What still holds where bubblewrap is not allowed: fences, tried from inside.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from converters import fences, sandbox
from converters.contract import Limits
from converters.workshop import Workshop

ROOT = Path(__file__).parents[2]

PROBE = """
import ctypes, json, os, socket, subprocess, sys
from pathlib import Path
from converters.sandbox import shut_in
shut_in(Path(sys.argv[1]))
secret, port, neighbour = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
libc = ctypes.CDLL(None, use_errno=True)
def tried(act):
    try:
        return str(act())
    except OSError as error:
        return type(error).__name__
def called(number, *arguments):
    return "done" if libc.syscall(number, *arguments) >= 0 else ctypes.get_errno()
print(json.dumps({
    "secret": tried(lambda: open(secret).read()),
    "beside": tried(lambda: open(secret + ".new", "w").write("x")),
    "own": tried(lambda: open(os.environ["TMPDIR"] + "/page", "w").write("x")),
    "network": tried(lambda: socket.create_connection(("127.0.0.1", port), 5)),
    "datagram": tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)),
    "pipe": tried(lambda: socket.socket(socket.AF_UNIX).close()),
    "environment": tried(lambda: open(f"/proc/{neighbour}/environ").read()),
    "namespace": called(272, 0x10000000),
    "trace": called(101, 16, neighbour, 0, 0),
    "ring": called(425, 1, None),
    "program": subprocess.run(["/usr/bin/true"]).returncode,
}))
"""


@pytest.fixture
def without_bubblewrap(monkeypatch, tmp_path):
    """
    As on a machine that has none, or does not allow it.
    """
    sandbox.walls.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))

    yield

    sandbox.walls.cache_clear()


@pytest.fixture
def neighbour():
    """
    Another process of the same user, with a secret in its environment.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", "input()"],
        stdin=subprocess.PIPE,
        env={"FAX_PASSWORD": "secret"},
    )

    yield process.pid

    process.send_signal(signal.SIGKILL)
    process.stdin.close()
    process.wait()


@pytest.mark.usefixtures("without_bubblewrap")
def test_each_fence_holds_from_inside(neighbour, tmp_path):
    secret = tmp_path / "config.toml"
    secret.write_text("password")
    own = tmp_path / "own"
    own.mkdir()
    command, environment = sandbox.worker_command()
    package = str(Path(sandbox.__file__).parent)

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = subprocess.run(
            [
                *command[: command.index("-m")],
                *("-c", PROBE, package, secret, str(port), str(neighbour)),
            ],
            env={**environment, "TMPDIR": str(own), "HOME": str(own)},
            capture_output=True,
            timeout=60,
            check=True,
        )
    seen = json.loads(done.stdout)

    # What a conversion needs is there.
    assert (seen["own"], seen["pipe"], seen["program"]) == ("1", "None", 0)
    refused = {seen[what] for what in ("network", "datagram")}
    assert refused == {"PermissionError"}
    assert {seen[what] for what in ("namespace", "trace", "ring")} == {1}
    if fences.landlock_version():
        hidden = {seen[what] for what in ("secret", "beside", "environment")}
        assert hidden == {"PermissionError"}


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.usefixtures("without_bubblewrap")
async def test_every_family_works_behind_fences_alone(document, tmp_path):
    folder = tmp_path / "conversions"
    workshop = Workshop(folder=folder, limits=Limits(seconds=300))
    await workshop.start()
    try:
        made = {
            path: (await workshop.render(document(path), path, vertical_dpi=98)).pages
            for path in (
                *("pdf/openoffice.pdf", "docx/sample.docx", "txt/x-hebrew.txt"),
                *("svg/chart.svg", "ps/x-ok.ps", "heic/zPug_3.heic"),
            )
        }
    finally:
        await workshop.close()

    assert set(made.values()) == {1}
    assert list(folder.iterdir()) == []


def test_nothing_is_fetched_though_a_listener_is_in_reach(tmp_path):
    """
    The documents that link to loopback, by a LibreOffice without walls, in a network
    of its own where somebody listens at the port they name.
    """
    alone = ["/usr/bin/bwrap", "--dev-bind", "/", "/", "--unshare-net"]
    done = subprocess.run(
        [
            *(*alone, sys.executable, "-m", "bench.corpus"),
            *("x-ssrf", "external_image.xls", "--dpi", "98", "--json"),
        ],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr
    sums = json.loads(done.stdout.splitlines()[-1])
    assert sums["files"] > 10
    assert (sums["requests"], sums["left_behind"]) == (0, 0)
    assert "without bubblewrap" in done.stderr
