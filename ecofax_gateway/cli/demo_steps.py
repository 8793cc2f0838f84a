"""
What the demo does with the gateway it started, and what it shows of it.

I/O: an SMTP session, the store, files, standard output.
"""

import email
import email.policy
import re
import shutil
import smtplib
import subprocess
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

from PIL import Image

from converters import fax_file

from ..domain.errors import EcofaxError
from ..domain.fax import FINAL, FaxState
from ..domain.line import FaxLine, Plan
from ..password import hash_password, make_password
from ..pipeline import sheets
from ..settings import Settings, load_settings
from ..store import faxes, lines
from ..store.database import Database
from ..store.faxes import Fax
from .options import open_store

LINE = "+33366720307"
NUMBER = "0972101010"
DOCUMENTS = Path(__file__).parent / "documents"
ATTACHED = (
    ("devis.pdf", "application", "pdf"),
    ("lettre.odt", "application", "vnd.oasis.opendocument.text"),
)

MAIL_IN = re.compile(r"mail in +\S+:(\d+),")
"In what `run` prints when it is ready."

PATIENCE_SECONDS = 600.0
"For everything; a real-time fax of two full pages takes two minutes."

LOOK_SECONDS = 0.05


class DemoFailed(EcofaxError):
    """Something did not go as it must; the text says what."""


def carry_out(
    gateway: subprocess.Popen[str], config: Path, output: Path, began: float
) -> int:
    """
    Send the mail, follow the fax, compare what was printed, show it.

    Raises:
        DemoFailed: If anything is not as it must be.
    """
    settings = load_settings(config)
    password = make_password()
    with open_store(settings) as db:
        line = FaxLine(
            number=LINE,
            plan=Plan.PRO,
            name="Cabinet des Tilleuls",
            password_hash=hash_password(password),
        )
        db.sync_tx(lines.add, line, now=datetime.now(UTC))
        port = _port_of(gateway)
        _say(began, f"the gateway is up, mail in on 127.0.0.1:{port}")
        reference = _hand_in(port, password, began)
        _follow(db, reference, began)
        replies = _wait_for_replies(settings, ("accepted", "sent"))
        return _show(db, settings, reference, replies, output, began)


def _port_of(gateway: subprocess.Popen[str]) -> int:
    assert gateway.stdout is not None
    for line in gateway.stdout:
        if found := MAIL_IN.search(line):
            return int(found[1])
    raise DemoFailed("the gateway did not start; its log says why")


def _hand_in(port: int, password: str, began: float) -> str:
    """Send the mail as any mail program would; gives the order's reference."""
    mail = EmailMessage()
    mail["From"] = "Accueil <accueil@cabinet.example>"
    mail["To"] = f"{NUMBER}@ecofax.fr"
    mail["Subject"] = "0366720307"
    mail["Message-ID"] = make_msgid(domain="cabinet.example")
    mail.set_content(f"p:{password}\nqualite:premium\n\n-- \nCabinet des Tilleuls\n")
    for name, kind, subtype in ATTACHED:
        mail.add_attachment(
            (DOCUMENTS / name).read_bytes(),
            maintype=kind,
            subtype=subtype,
            filename=name,
        )
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as session:
        session.ehlo("cabinet.example")
        session.mail("accueil@cabinet.example")
        session.rcpt(f"{NUMBER}@ecofax.fr")
        code, answer = session.data(mail.as_bytes(policy=email.policy.SMTP))
    told = answer.decode(errors="replace")
    _say(began, f"mail to {NUMBER}@ecofax.fr with {ATTACHED[0][0]}, {ATTACHED[1][0]}")
    _say(began, f"answered {code} {told}")
    if code != 250:
        raise DemoFailed(f"the mail was not accepted: {code} {told}")
    return told.rsplit(" ", 1)[-1]


def _follow(db: Database, reference: str, began: float) -> None:
    """Show each change of the fax until it is final."""
    shown: object = None
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        fax = db.sync_read(faxes.get, reference)
        state = fax and (fax.state, fax.phase, fax.pages_confirmed)
        if fax and state != shown:
            shown = state
            _say(began, progress_words(fax))
        if fax and fax.state in FINAL:
            if fax.state is not FaxState.SENT:
                raise DemoFailed(f"the fax was not sent: {fax.ending} {fax.detail}")
            return
        time.sleep(LOOK_SECONDS)
    raise DemoFailed("the fax did not come to an end in time")


def progress_words(fax: Fax) -> str:
    """Where a fax stands, in a few words."""
    if fax.state is FaxState.DIALING and fax.phase is not None:
        return f"call to {NUMBER}: {fax.phase}, {fax.pages_confirmed} pages confirmed"
    words = {
        FaxState.WAITING: "order taken, pages are being made",
        FaxState.QUEUED: "pages made, in the queue",
        FaxState.SENT: f"sent: {fax.pages_confirmed} pages confirmed by the far end",
    }
    return words.get(fax.state, str(fax.state))


def _wait_for_replies(settings: Settings, kinds: tuple[str, ...]) -> list[EmailMessage]:
    """The replies of these kinds, in this order."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = {}
        for path in settings.reply_folder.glob("*.eml"):
            reply = email.message_from_bytes(
                path.read_bytes(), policy=email.policy.default
            )
            found[str(reply["X-Fax-Status"])] = reply
        if set(kinds) <= found.keys():
            return [found[kind] for kind in kinds]
        time.sleep(LOOK_SECONDS)
    raise DemoFailed("the replies did not come in time")


def _show(
    db: Database,
    settings: Settings,
    reference: str,
    replies: list[EmailMessage],
    output: Path,
    began: float,
) -> int:
    received = sorted((settings.state / "fax-machine").glob("*.tif"))
    if len(received) != 1:
        raise DemoFailed(
            f"the fax machine printed {len(received)} faxes instead of one"
        )
    sent = db.sync_read(sheets.pages_of_attempt, reference, 1, zone=settings.zone)
    differences = fax_file.same_pixels(sent, received[0])
    if differences:
        raise DemoFailed("received is not what was sent: " + "; ".join(differences))
    with Image.open(received[0]) as fax:
        pages = getattr(fax, "n_frames", 1)
        # Stretched to square dots, as paper shows it.
        size = (fax.width, round(fax.height * 204 / lines_per_inch(fax)))
        fax.convert("L").resize(size).save(output / "page1.png")
    shutil.copy(received[0], output / "received.tif")
    for reply in replies:
        _print_reply(reply)
    _say(began, f"{pages} pages received, pixel for pixel the pages that were sent")
    print(f"\nLook at      {output / 'page1.png'}")
    print(f"The fax      {output / 'received.tif'}")
    print(f"The replies  {settings.reply_folder}")
    print(f"The log      {output / 'gateway.log'}")
    return 0


def lines_per_inch(fax: Image.Image) -> float:
    """Lines per inch of a received page."""
    return float(fax.info["dpi"][1])


def _print_reply(reply: EmailMessage) -> None:
    print("\n" + "-" * 72)
    for header in ("From", "To", "Subject"):
        print(f"{header}: {reply[header]}")
    body = reply.get_body(("plain",))
    print("\n" + (body.get_content() if body else "").rstrip())
    print("-" * 72)


def _say(began: float, text: str) -> None:
    print(f"{time.monotonic() - began:6.2f} s  {text}", flush=True)
