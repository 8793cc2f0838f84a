"""
Passwords are nowhere once a mail is dealt with: no log, reply, column or file.

Neither the right one nor wrong ones, nor one that was given at a login.
"""

import base64
import email
import email.policy
import io
import smtplib
import sqlite3
import ssl

import pytest
from PIL import Image

from ..smtp.test_doors import make_pair
from ..trust.senders import serving
from .conftest import LINE, PASSWORD, QUOTE, SENDER, Gateway, write_mail

TO, CAMPAIGN = "0972101010@ecofax.fr", "fax@ecofax.fr"
WRONG = {
    where: f"Faux{number}Mot{where.title().replace('-', '')}"
    for number, where in enumerate(
        ("body", "login", "stranger", "quoted", "subject", "list", "large", "name")
    )
}
SECRETS = (PASSWORD, *WRONG.values())

MORE = """
[trust]
open = true
nameserver = "{nameserver}"
"""


@pytest.fixture
def house(fax_machine, gateway, tmp_path):
    """A gateway that logs everything, takes logins, and has its door open."""
    with serving(tmp_path) as nameserver:
        yield made(fax_machine, gateway, tmp_path, nameserver)


def made(fax_machine, gateway, tmp_path, nameserver):
    chain, key = make_pair(tmp_path, "localhost")
    house = gateway(
        fax_machine(),
        smtp=f'trusted_networks = ["127.0.0.1"]\ncertificate = "{chain}"\n'
        f'certificate_key = "{key}"\nlogin = true',
        more=MORE.format(nameserver=nameserver),
    )
    house.daemon.stop()
    text = house.config.read_text()
    house.config.write_text(text.replace("[smtp]", 'log_level = "debug"\n[smtp]'))
    house.start()
    return house


def html_mail(password):
    mail = write_mail("", attached=[])
    mail.set_content(
        f"<p>Bonjour</p><p><b>p</b>:{password}</p><p>corps:oui</p><p>garde:oui</p>",
        subtype="html",
    )
    mail.add_attachment(
        QUOTE.read_bytes(), maintype="application", subtype="pdf", filename="d.pdf"
    )
    return mail


def a_large_picture():
    """More than the database keeps in a row: mail and picture go through files."""
    drawn = io.BytesIO()
    page = Image.new("L", (900, 900), 255)
    page.paste(0, (200, 200, 600, 600))
    page.save(drawn, "BMP")
    return drawn.getvalue()


def log_in(house, password, mail):
    """Hand a mail in after a login; whether that was let in."""
    # The certificate is made for this test and vouched for by nobody.
    tls = ssl._create_unverified_context()
    with smtplib.SMTP("127.0.0.1", house.port, timeout=60) as session:
        session.starttls(context=tls)
        try:
            session.login(LINE, password)
        except smtplib.SMTPAuthenticationError:
            return False
        session.sendmail(SENDER, [TO], mail.as_bytes(policy=email.policy.SMTP))
        return True


def by_a_stranger(house, mail):
    with smtplib.SMTP(
        "127.0.0.1", house.port, timeout=60, source_address=("127.0.0.2", 0)
    ) as session:
        session.ehlo("mx.cabinet.example")
        session.mail(SENDER)
        session.rcpt(TO)
        return session.data(mail.as_bytes(policy=email.policy.SMTP))


def send_everything(house: Gateway) -> str:
    """Mails of every kind with a password in them; what SMTP answered."""
    code, answer = by_a_stranger(house, write_mail(f"p:{WRONG['stranger']}\n"))
    assert code == 550
    right = f"p:{PASSWORD}\n"
    numbers = f"0972101020\n0972101021\np:{PASSWORD}\nmdp: {WRONG['list']}\n".encode()
    large = ("plan.bmp", a_large_picture())
    mails = [
        ("refused", write_mail(f"p:{WRONG['body']}\n"), TO),
        ("refused", write_mail(f"p:{PASSWORD} qualite:{WRONG['quoted']}\n"), TO),
        ("refused", write_mail(right, subject=f"{LINE} p:{WRONG['subject']}"), TO),
        ("refused", write_mail(right, subject=f"p:{PASSWORD}", attached=[]), TO),
        ("refused", write_mail(f"p:{WRONG['large']}\n", attached=[large]), TO),
        ("sent", write_mail(right + "\n> p:" + WRONG["quoted"]), TO),
        ("sent", html_mail(PASSWORD), "0972101011@ecofax.fr"),
        ("sent", write_mail(right, attached=[large]), "0972101013@ecofax.fr"),
        (
            "report|sent",
            write_mail(right, attached=[QUOTE, ("numbers.txt", numbers)]),
            CAMPAIGN,
        ),
    ]
    for kind, mail, to in mails:
        reference = house.hand_in(mail, to)
        house.daemon.wait_for(rf"\[{reference}\] reply posted: ({kind})")
    assert not log_in(house, WRONG["login"], write_mail())
    logged_in = write_mail("doublon:oui\n")
    assert log_in(house, PASSWORD, logged_in)
    house.daemon.wait_for("reply posted: sent")
    return answer.decode()


def forms(secret):
    """How a password may stand in a file, as bytes."""
    raw = secret.encode()
    yield raw
    yield secret.encode("utf-16-le")
    yield secret.encode("utf-16-be")
    yield raw.hex().encode()
    for shift in range(3):
        coded = base64.b64encode(b"x" * shift + raw)
        # Letters that neighbours would change are left out.
        yield coded[4 if shift else 0 : len(coded) // 4 * 4 - 4]


def secrets_in(content):
    return {secret for secret in SECRETS if any(f in content for f in forms(secret))}


def decoded(path):
    """The parts of a reply, as its reader sees them."""
    reply = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    parts = [part for part in reply.walk() if not part.is_multipart()]
    return b"\n".join(
        [*(str(v).encode() for v in reply.values()), *(p.get_content() if
         isinstance(p.get_content(), bytes) else p.get_content().encode() for p in parts)]
    )  # fmt: skip


def columns(path):
    """Every value of every table."""
    with sqlite3.connect(path) as conn:
        tables = conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            for row in conn.execute(f'SELECT * FROM "{table}"'):
                yield table, "\n".join(map(repr, row)).encode()
    conn.close()


def test_no_password_is_left_anywhere(house):
    said = send_everything(house)
    log = "\n".join(life.output for life in house.lives)
    while_it_runs = {
        path: secrets_in(path.read_bytes())
        for path in house.folder.rglob("*")
        # The log of the database is emptied once a minute: tests/store/test_database.py.
        if path.is_file() and not path.name.endswith("-wal")
    }
    house.daemon.stop()

    assert secrets_in("\n".join([log, said]).encode()) == set()
    files = [path for path in house.folder.rglob("*") if path.is_file()]
    assert len(list((house.folder / "replies").glob("*.eml"))) > 10
    for path in files:
        assert secrets_in(path.read_bytes()) == set(), path
    for path in (house.folder / "replies").glob("*.eml"):
        assert secrets_in(decoded(path)) == set(), path
    for table, row in columns(house.folder / "ecofax.sqlite"):
        assert secrets_in(row) == set(), table
    assert {p for p, found in while_it_runs.items() if found} == set()
    house.start()


@pytest.mark.parametrize(
    "kept",
    [
        f"p:{PASSWORD}".encode(),
        base64.b64encode(f"le mot {PASSWORD} y est".encode()),
        base64.b64encode(f"un mot {PASSWORD} y est".encode()[1:]),
        f"x{PASSWORD}".encode("utf-16-le"),
    ],
)
def test_the_search_finds_what_is_there(kept):
    assert secrets_in(b"\0" + kept + b"\0") == {PASSWORD}
