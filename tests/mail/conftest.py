"""
Mails as clients build them, and real ones.
"""

from email.message import EmailMessage
from pathlib import Path

import pytest

CORPUS = (Path(__file__).parents[2] / "../shared/corpus/mails").resolve()


def build_mail(
    body="p:Secret7\n",
    *,
    subject="0366720307",
    files=(("fax.pdf", b"%PDF-1.4 text"),),
    html=None,
    headers=(),
):
    """The bytes of an ordinary mail."""
    message = EmailMessage()
    message["From"] = "Jeanne <jeanne@example.fr>"
    message["To"] = "0972101010@ecofax.test"
    message["Subject"] = subject
    message["Message-ID"] = "<m1@example.fr>"
    for name, value in headers:
        message[name] = value
    message.set_content(body)
    if html is not None:
        message.add_alternative(html, subtype="html")
    for name, content in files:
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    return message.as_bytes()


@pytest.fixture(scope="session")
def corpus():
    """Real mails, as (name, bytes)."""
    paths = sorted(path for path in CORPUS.rglob("*") if path.is_file())
    mails = [
        (path.name, path.read_bytes()) for path in paths if path.name != "SOURCES.txt"
    ]
    assert len(mails) > 500
    return mails


@pytest.fixture
def make_mail():
    return build_mail
