"""
A mail that takes over the process that reads it speaks for itself only.
"""

import json

import pytest

from ecofax_gateway.mail import reader as reader_module
from ecofax_gateway.mail.reader import MailReader, ReadingLimits

TAKEN_OVER = """
import json, os
from pathlib import Path
from ecofax_gateway.mail import worker
from ecofax_gateway.mail.frame import encode_mail

def tried(act):
    try:
        act()
    except OSError:
        return "refused"
    return "done"

def is_open(descriptor):
    try:
        return bool(os.fstat(descriptor))
    except OSError:
        return False

def reading(raw):
    if b"hostile" not in raw:
        return parse_mail(raw)
    parent = os.getppid()
    seen = {
        "memory": tried(lambda: open(f"/proc/{parent}/mem", "r+b")),
        "file": tried(lambda: Path("_codecs_kr.py").write_text("raise SystemExit")),
    }
    header, bodies = encode_mail(parse_mail(b"Subject: " + json.dumps(seen).encode()))
    answer = worker.ANSWER.pack(len(header), sum(map(len, bodies)))
    answer += header + b"".join(bodies)
    for descriptor in filter(is_open, range(64)):
        tried(lambda: os.write(descriptor, answer + answer))
    os._exit(0)

parse_mail, worker.parse_mail = worker.parse_mail, reading
worker.main()
"""


@pytest.fixture
async def reader(tmp_path, monkeypatch):
    """One whose child does what a mail with « hostile » in it wants."""
    original = reader_module.python_command

    def python_command(module, *packages):
        command, environment = original(module, *packages)
        return [*command[: command.index("-m")], "-c", TAKEN_OVER], environment

    monkeypatch.setattr(reader_module, "python_command", python_command)
    reader = MailReader(folder=tmp_path, limits=ReadingLimits())
    yield reader
    await reader.close()


async def test_it_answers_for_no_other_mail(reader, make_mail):
    await reader.read(b"Subject: hostile\r\n\r\n")
    mails = [await reader.read(make_mail()) for _ in range(2)]

    assert [mail.subject for mail in mails] == ["0366720307"] * 2


async def test_it_leaves_nothing_that_the_next_one_meets(reader, make_mail):
    taken_over = await reader.read(b"Subject: hostile\r\n\r\n")
    korean = b"Content-Type: text/plain; charset=ks_c_5601-1987\r\n\r\n\xb0\xa1"
    text = (await reader.read(korean)).texts[0].text

    seen = json.loads(taken_over.subject)
    assert seen == {"memory": "refused", "file": "refused"}
    assert text == "\uac00"
