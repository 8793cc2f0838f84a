"""
A real SMTP client, and gateways and fax machines that end with the test.
"""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ..programs import LETTER as LETTER
from ..programs import LINE, PASSWORD, QUOTE, SENDER, FarEnd, Gateway
from ..programs import Program as Program

NO_OFFICE = """\
[conversion]
office_instances = 0
"""
"""For gateways that get no office document: starting LibreOffice takes a while."""


def write_mail(
    body: str = f"p:{PASSWORD}\n",
    *,
    subject: str = LINE,
    attached: Sequence[Path | tuple[str, bytes]] = (QUOTE,),
) -> EmailMessage:
    """A mail as a person's mail program makes it."""
    mail = EmailMessage()
    mail["From"] = f"Accueil <{SENDER}>"
    mail["To"] = "fax@ecofax.fr"
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{os.urandom(8).hex()}@cabinet.example>"
    mail.set_content(body)
    for each in attached:
        name, content = (
            (each.name, each.read_bytes()) if isinstance(each, Path) else each
        )
        mail.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    return mail


def read(frame: Image.Image, folder: Path) -> str:
    """What a reader sees on a page; as tall as it is on paper."""
    path = folder / "read.png"
    square = frame.convert("L").resize((frame.width, round(frame.width * 297 / 215)))
    square.save(path, dpi=(204, 204))
    done = subprocess.run(
        ["tesseract", str(path), "-", "-l", "fra", "--psm", "6"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return " ".join(done.stdout.split())


@pytest.fixture
def fax_machine(tmp_path: Path) -> Iterator[Callable[..., FarEnd]]:
    """Start fax machines; each ends with the test."""
    started: list[FarEnd] = []

    def start(*options: str, paced: bool = False) -> FarEnd:
        folder = tmp_path / f"received{len(started)}"
        started.append(FarEnd.start(folder, *options, paced=paced))
        return started[-1]

    yield start

    for each in started:
        each.program.stop()


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Callable[..., Gateway]]:
    """Start a gateway that calls a fax machine; it ends with the test."""
    made: list[Gateway] = []

    def start(far_end: FarEnd | None = None, **options: Any) -> Gateway:
        made.append(Gateway.set_up(tmp_path, far_end, **options))
        made[-1].start()
        return made[-1]

    yield start

    for each in made:
        each.stop()
