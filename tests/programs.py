"""
The installed programs as processes: the gateway, the fax machine, and what they leave.
"""

import email
import email.policy
import json
import os
import re
import signal
import smtplib
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

from ecofax_gateway.domain.line import FaxLine, Plan
from ecofax_gateway.password import hash_password
from ecofax_gateway.store import faxes, lines
from ecofax_gateway.store.database import Database
from ecofax_gateway.store.faxes import Attempt, Fax

LINE = "0366720307"
PASSWORD = "Zebre7Quart"
SENDER = "accueil@cabinet.example"
DOCUMENTS = Path(__file__).parents[1] / "ecofax_gateway/cli/documents"
LETTER = DOCUMENTS / "lettre.odt"
QUOTE = DOCUMENTS / "devis.pdf"

CONFIG = """\
[gateway]
state = "{state}"
[smtp]
listen = "127.0.0.1:0"
{smtp}
[retry]
busy = 0.4
no_answer = 0.4
no_fax = 0.4
cut_off = 0.4
trunk_fault = 0.4
{trunks}
"""

TRUNK = """\
[trunk]
name = "test"
proxy = "127.0.0.1:{port}"
paced = {paced}
"""


class Program:
    """A process whose printed lines can be waited for."""

    def __init__(self, *arguments: str) -> None:
        self.lines: list[str] = []
        self._news = threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(self, pattern: str, *, timeout: float = 90) -> re.Match[str]:
        """The first line that matches, printed already or still to come."""
        found: list[re.Match[str]] = []

        def is_there() -> bool:
            found.extend(m for line in self.lines if (m := re.search(pattern, line)))
            return bool(found) or not self._reader.is_alive()

        with self._news:
            self._news.wait_for(is_there, timeout)
        assert found, f"{pattern!r} was not printed; but:\n" + "\n".join(self.lines)
        return found[0]

    def kill(self) -> None:
        """SIGKILL: no chance to say or write anything."""
        self._end(signal.SIGKILL)

    def ask_to_stop(self) -> None:
        """SIGTERM, without waiting."""
        self._process.send_signal(signal.SIGTERM)

    def stop(self) -> int:
        """SIGTERM, and the exit status."""
        return self._end(signal.SIGTERM)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def _end(self, how: signal.Signals) -> int:
        if self._process.poll() is None:
            self._process.send_signal(how)
            # One that a test had stopped would not hear it.
            self._process.send_signal(signal.SIGCONT)
        status = self._process.wait(timeout=60)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        # Children that hold the pipe end by themselves when their parent is gone.
        self._reader.join(timeout=30)
        assert not self._reader.is_alive(), "a child outlived its daemon"
        self._process.stdout.close()
        return status

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._news:
                self.lines.append(line.rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._news.notify_all()


@dataclass
class FarEnd:
    """A fax machine process and what it printed."""

    program: Program
    folder: Path
    port: int

    @classmethod
    def start(cls, folder: Path, *options: str, paced: bool = False) -> Self:
        """Start one that prints into a folder."""
        program = Program(
            "ecofax_gateway",
            "fax-machine",
            "--port=0",
            f"--folder={folder}",
            *([] if paced else ["--unpaced"]),
            *options,
        )
        ready = json.loads(program.wait_for(r'\{"event": "ready".*')[0])
        return cls(program, folder, ready["port"])

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(li) for li in self.program.lines if li.startswith("{")]

    def calls(self, number: str | None = None) -> int:
        """Calls that reached it."""
        return sum(
            event["event"] == "call" and event["called"] == (number or event["called"])
            for event in self.events
        )

    def printed(self, number: str, *, timeout: float = 240) -> Path:
        """Wait for a fax to this number to arrive whole; its pages."""
        told = self.program.wait_for(
            rf'\{{"event": "fax".*"called": "{number}".*', timeout=timeout
        )
        fax = json.loads(told[0])
        assert fax["result"] == "delivered", fax
        return self.folder / fax["file"]

    def received(self) -> list[dict[str, Any]]:
        """Faxes that arrived whole, in the order they ended."""
        return [
            event
            for event in self.events
            if event["event"] == "fax" and event["result"] == "delivered"
        ]


@dataclass
class Gateway:
    """One gateway: its state folder, and the lives of its daemon."""

    folder: Path
    config: Path
    lives: list[Program] = field(default_factory=list)
    port: int = 0

    @classmethod
    def set_up(
        cls,
        folder: Path,
        far_end: FarEnd | None = None,
        *,
        paced: bool = False,
        trunks: str = "",
        more: str = "",
        smtp: str = "",
        max_calls: int = 2,
    ) -> Self:
        """Write the configuration of one that calls a fax machine, and open its line."""
        state, config = folder / "state", folder / "config.toml"
        if far_end is not None:
            how = "true" if paced else "false"
            trunks = TRUNK.format(port=far_end.port, paced=how)
        config.write_text(CONFIG.format(state=state, trunks=trunks, smtp=smtp) + more)
        made = cls(state, config)
        line = FaxLine(
            number="+33366720307",
            plan=Plan.PRO,
            name="Cabinet des Tilleuls",
            password_hash=hash_password(PASSWORD),
            max_calls=max_calls,
        )
        db = made.store()
        db.sync_tx(lines.add, line, now=datetime.now(UTC))
        db.close()
        return made

    def start(self) -> Program:
        """Begin a life."""
        program = Program("ecofax_gateway", "run", "--config", str(self.config))
        self.lives.append(program)
        self.port = int(program.wait_for(r"mail in +\S+:(\d+),")[1])
        return program

    def stop(self) -> None:
        """End it; no life of it ever said the password."""
        self.daemon.stop()
        for life in self.lives:
            assert PASSWORD not in life.output

    @property
    def daemon(self) -> Program:
        return self.lives[-1]

    @property
    def replies(self) -> dict[str, EmailMessage]:
        """By kind; the last of each."""
        return {str(reply["X-Fax-Status"]): reply for reply in self._posted()}

    def _posted(self) -> Iterator[EmailMessage]:
        for path in sorted((self.folder / "replies").glob("*.eml")):
            reply = email.message_from_bytes(
                path.read_bytes(), policy=email.policy.default
            )
            assert isinstance(reply, EmailMessage)
            yield reply

    def reply(self, kind: str, *, to: str | None = None) -> str:
        """Wait for a reply of that kind, to that order; its subject and text."""
        order = "" if to is None else rf"\[{to}\] "
        self.daemon.wait_for(f"{order}reply posted: {kind}")
        [*_, message] = [
            each
            for each in self._posted()
            if each["X-Fax-Status"] == kind and to in (None, each["X-Fax-Job"])
        ]
        body = message.get_body(("plain",))
        assert body is not None
        return f"{message['Subject']}\n\n{body.get_content()}"

    def store(self) -> Database:
        return Database.open(
            f"sqlite:///{self.folder / 'ecofax.sqlite'}", spool=self.folder / "spool"
        )

    def kill_engine(self) -> None:
        """SIGKILL to the daemon's call engine alone."""
        pid = self.daemon.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        [engine] = [
            child
            for child in children
            if "engine.main" in Path(f"/proc/{child}/cmdline").read_text()
        ]
        os.kill(int(engine), signal.SIGKILL)

    def fax(self, ref: str) -> Fax:
        db = self.store()
        try:
            fax = db.sync_read(faxes.get, ref)
        finally:
            db.close()
        assert fax is not None
        return fax

    def last_call(self, ref: str) -> Attempt:
        db = self.store()
        try:
            return db.sync_read(faxes.attempts, ref)[-1]
        finally:
            db.close()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of the gateway's commands beside the daemon."""
        return subprocess.run(
            [sys.executable, "-m", "ecofax_gateway", *arguments],
            env={**os.environ, "ECOFAX_CONFIG": str(self.config)},
            capture_output=True,
            text=True,
            timeout=120,
        )

    def hand_in(self, mail: EmailMessage, *to: str) -> str:
        """Send a mail by SMTP; the order's reference from the 250."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=60) as session:
            session.ehlo("cabinet.example")
            session.mail(SENDER)
            for recipient in to:
                code, answer = session.rcpt(recipient)
                assert code == 250, answer
            code, answer = session.data(mail.as_bytes(policy=email.policy.SMTP))
        assert code == 250, answer
        return answer.decode().rsplit(" ", 1)[-1]
