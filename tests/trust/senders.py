"""
Senders whose mail can be proven: a name server with their records, and their keys.
"""

import asyncio
import base64
import contextlib
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

import dkim

from bench.ports import free_port

from ..peers.program import is_bound, running, until


@dataclass(frozen=True)
class Key:
    """A DKIM key pair."""

    private: bytes
    public: str

    def record(self, domain, selector="s1"):
        """What the domain publishes of it."""
        return txt(
            f"{selector}._domainkey.{domain}", f"v=DKIM1; k=rsa; p={self.public}"
        )

    def sign(self, mail, domain, selector="s1", **options):
        """The mail with a signature on top."""
        field = dkim.sign(
            mail, selector.encode(), domain.encode(), self.private, **options
        )
        return field + mail


def make_key(folder: Path, bits=2048) -> Key:
    path = folder / f"{bits}.pem"
    openssl = ["openssl", "genrsa", "-traditional", "-out", path, str(bits)]
    subprocess.run(openssl, check=True, capture_output=True)
    public = subprocess.run(
        ["openssl", "rsa", "-in", path, "-pubout", "-outform", "DER"],
        check=True,
        capture_output=True,
    ).stdout
    return Key(path.read_bytes(), base64.b64encode(public).decode())


def txt(name, text):
    """A TXT record for dnsmasq; long texts are cut, as the DNS wants it."""
    pieces = [text[i : i + 200] for i in range(0, len(text), 200)]
    return ",".join([f"--txt-record={name}", *pieces])


@contextlib.asynccontextmanager
async def name_server(folder, *records, port=None):
    """dnsmasq with these records and no others; gives its address."""
    port = port or free_port()
    command = [
        *("dnsmasq", "--no-daemon", "--conf-file=/dev/null", f"--port={port}"),
        *("--listen-address=127.0.0.1", "--bind-interfaces", "--no-resolv"),
        *("--no-hosts", "--local=//", "--local=/test/", "--local=/example/"),
        *("--user=root", "--pid-file=", *records),
    ]
    async with running(command, folder / "dnsmasq.log") as process:
        await until(
            lambda: is_bound(port) or process.returncode is not None, what="dnsmasq"
        )
        assert process.returncode is None, (folder / "dnsmasq.log").read_text()
        yield f"127.0.0.1:{port}"


@contextlib.contextmanager
def serving(folder, *records):
    """The same for tests that have no event loop."""
    ready, done, found = threading.Event(), threading.Event(), []

    async def serve():
        async with name_server(folder, *records) as address:
            found.append(address)
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(60), "no name server"
        yield found[0]
    finally:
        done.set()
        thread.join(60)
