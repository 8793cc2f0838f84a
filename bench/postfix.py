"""
A throw-away Postfix, for tests and measurements.

I/O: runs Postfix, which wants root; a temporary folder.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.ports import free_port

MASTER = """\
127.0.0.1:{port} inet n - n - {processes} smtpd
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
lmtp      unix  - - n - - lmtp
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
local     unix  - n n - - local
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""

SETTINGS = {
    "compatibility_level": "3.6",
    "myhostname": "relay.test",
    "mydestination": "",
    "mynetworks": "127.0.0.0/8",
    "inet_interfaces": "127.0.0.1",
    "inet_protocols": "ipv4",
    "smtpd_recipient_restrictions": "permit_mynetworks, reject",
    "smtpd_peername_lookup": "no",
    "alias_maps": "",
    "local_recipient_maps": "",
    "message_size_limit": "50000000",
    "mailbox_size_limit": "0",
    "smtp_tls_security_level": "none",
    "smtpd_tls_security_level": "none",
}


@dataclass(frozen=True, slots=True)
class Postfix:
    """A running one."""

    folder: Path
    "Its log is in the file log, there."

    port: int
    "Where it takes mail in by SMTP, on 127.0.0.1."

    @property
    def master_pid(self) -> int:
        """Of the process that all others descend from."""
        return int((self.folder / "queue/pid/master.pid").read_text())

    def queued(self) -> int:
        """Mails that are not delivered yet; for root."""
        return sum(
            path.is_file()
            for name in ("maildrop", "incoming", "active", "deferred")
            for path in (self.folder / "queue" / name).rglob("*")
        )


def as_root() -> list[str]:
    """What comes before a command of Postfix's master."""
    return [] if os.geteuid() == 0 else ["sudo", "-n"]


@contextmanager
def running(settings: dict[str, str], *, processes: int = 100) -> Iterator[Postfix]:
    """
    Configure a Postfix, start it, and remove it at the end.

    Args:
        settings: Of main.cf, over `SETTINGS`.

        processes: Connections that it serves at the same time.
    """
    folder = Path(tempfile.mkdtemp(prefix="ecofax-postfix-"))
    folder.chmod(0o755)
    port = free_port()
    etc = folder / "etc"
    etc.mkdir()
    for name in ("queue", "data"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix", "postfix")
    own = {
        "queue_directory": folder / "queue",
        "data_directory": folder / "data",
        "maillog_file": folder / "log",
        "maillog_file_prefixes": folder,
    }
    lines = [
        f"{key} = {value}" for key, value in {**SETTINGS, **own, **settings}.items()
    ]
    (etc / "main.cf").write_text("\n".join(lines) + "\n")
    (etc / "master.cf").write_text(MASTER.format(port=port, processes=processes))
    command = [*as_root(), "postfix", "-c", str(etc)]
    try:
        subprocess.run([*command, "start"], check=True, capture_output=True, timeout=60)
        yield Postfix(folder, port)
    finally:
        subprocess.run([*command, "stop"], capture_output=True, timeout=60)
        shutil.rmtree(folder, ignore_errors=True)
