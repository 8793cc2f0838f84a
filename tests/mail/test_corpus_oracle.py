"""
Real mails: nothing raises, and no attachment is lost that other parsers find.

mailparser and postal-mime of npm read each mail of the corpus too. What they list and
we do not has one of the reasons below, which are checked, or stands in the table.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ecofax_gateway.domain.errors import MalformedMessage
from ecofax_gateway.mail.message import parse_mail
from ecofax_gateway.mail.reader import MailReader, ReadingLimits
from ecofax_gateway.mail.walk import ELSEWHERE_TYPES

from .conftest import CORPUS

ORACLE = Path(__file__).parent / "oracle"
PARSERS = ("mailparser", "postal-mime")
NOTICES = {
    "message/delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
    "message/rfc822-headers",
}

UUENCODED = "Its transfer encoding is uuencode: we undo it, they do not."
NO_TYPE = "Its type is no type: by RFC 2045 §5.2 it is text, and we read it so."
SPACES = "Raw spaces at the ends of lines: we keep them, mailparser drops them."
JUNK = "Something else stands behind the base64: each decodes as far as it likes."

DIFFERENCES = {
    ("MailCore-mailcore2", "jwz__29.eml", "mailparser"): NO_TYPE,
    ("MailCore-mailcore2", "jwz__29.eml", "postal-mime"): NO_TYPE,
    ("MailCore-mailcore2", "jwz__46.eml", "mailparser"): SPACES,
    ("apache-james-mime4j", "multi-frag.msg", "mailparser"): JUNK,
    ("stalwartlabs-mail-parser", "017.eml", "mailparser"): UUENCODED,
    ("stalwartlabs-mail-parser", "017.eml", "postal-mime"): UUENCODED,
    ("zbateson-mail-mime-parser", "m3007.txt", "mailparser"): UUENCODED,
    ("zbateson-mail-mime-parser", "m3007.txt", "postal-mime"): UUENCODED,
}
"""Folder, end of the name, parser."""


def digest(content):
    """As the oracle has it: without line ends."""
    return hashlib.sha256(content.translate(None, b"\r\n")).hexdigest()


def reason(mail, one):
    """Why an attachment that another parser lists is not among ours, or None."""
    kind = one["type"]
    if one["bytes"] == 0:
        return "empty"
    if kind in NOTICES:
        return "a notice about another mail is no document"
    if mail.is_encrypted:
        return "the sender is told that the mail is encrypted"
    if "pkcs7-mime" in kind or kind == "application/ms-tnef":
        return "opened: what is in it is listed"
    if kind in ELSEWHERE_TYPES & {part.media_type for part in mail.attachments}:
        return "the sender is told that a part is elsewhere"
    alike = {(part.name, part.media_type) for part in mail.attachments}
    if kind.startswith("text/") and (one["name"], kind) in alike:
        return "a text, which the other parser has written anew"
    if kind.startswith("text/") and not one["name"] and mail.texts:
        return "read as a text of the mail"
    return None


@pytest.fixture(scope="module")
def answers():
    """What the other parsers find: (path, their answer)."""
    paths = sorted(str(path) for path in CORPUS.rglob("*") if path.is_file())
    paths = [path for path in paths if not path.endswith("SOURCES.txt")]
    binaries = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    run = subprocess.run(
        ["node", ORACLE / "attachments.js"],
        input="\n".join(paths),
        env={**os.environ, "PATH": binaries},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert [answer["path"] for answer in found] == paths
    return [(Path(answer["path"]), answer) for answer in found]


def test_no_attachment_is_lost_that_others_find(answers):
    differing, same = set(), 0
    for path, answer in answers:
        try:
            mail = parse_mail(path.read_bytes())
        except MalformedMessage:
            differing |= {(path.parent.name, path.name, parser) for parser in PARSERS}
            continue
        ours = {digest(part.content) for part in mail.attachments}
        for parser in PARSERS:
            assert answer[parser] is not None, f"{parser} failed on {path.name}"
            for one in answer[parser]:
                if one["sha256"] in ours:
                    same += 1
                elif reason(mail, one) is None:
                    differing.add((path.parent.name, path.name, parser))

    known = {
        (folder, name, parser)
        for folder, name, parser in differing
        if any(
            (folder, parser) == (listed[0], listed[2]) and name.endswith(listed[1])
            for listed in DIFFERENCES
        )
    }
    assert differing == known
    assert len(known) == len(DIFFERENCES)
    assert same > 1_000


async def test_every_real_mail_is_read_in_two_seconds_and_little_memory(
    corpus, tmp_path
):
    limits = ReadingLimits(cpu_seconds=2, address_bytes=400 * 1024**2)
    reader = MailReader(folder=tmp_path, limits=limits)
    refused = []
    try:
        for name, raw in corpus:
            try:
                await reader.read(raw)
            except MalformedMessage as error:
                refused.append((name, str(error)))
    finally:
        await reader.close()

    assert refused == []
