import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.language import Tongue
from ecofax_gateway.domain.order import Requester
from ecofax_gateway.replies.blocks import Prose
from ecofax_gateway.replies.envelope import (
    Letterhead,
    Version,
    reply_message_id,
    subject_document,
    write_reply,
)
from ecofax_gateway.replies.refused import refused

from .conftest import text_of


def reply(letterhead, *, subject="Télécopie : essai", text="Été", reference="C7"):
    version = Version(
        tongue=Tongue.FR, subject=subject, headline="Essai", blocks=(Prose(text),)
    )
    return write_reply(
        letterhead, kind="sent", reference=reference, versions=[version], result={}
    )


def test_machines_are_told_to_keep_silent(letterhead):
    """RFC 3834 §3.1, §5; Exchange has a field of its own."""
    message = reply(letterhead)

    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["X-Loop"] == "ecofax-gateway"
    assert message["Precedence"] is None
    assert message["X-Fax-Job"] == "C7"
    assert message["X-Fax-Status"] == "sent"


def test_a_reply_is_threaded_under_the_mail(letterhead):
    older = tuple(f"<r{n}@example.fr>" for n in range(14))
    message = reply(replace(letterhead, references=older))

    assert message["In-Reply-To"] == "<m1@example.fr>"
    assert message["References"].split() == [*older[-9:], "<m1@example.fr>"]


@pytest.mark.parametrize(
    "identity", [None, "m1@example.fr", "<a b@c>", "<a@b>\r\nBcc: x@y", "<é@b>"]
)
def test_an_identity_that_is_none_is_left_out(letterhead, identity):
    requester = Requester(address="jeanne@example.fr", message_id=identity)
    message = reply(replace(letterhead, requester=requester))

    assert message["In-Reply-To"] is None
    assert message["References"] is None


def test_long_identities_stay_whole_on_the_wire(letterhead):
    identity = "<" + "x" * 200 + "@example.fr>"
    requester = Requester(address="jeanne@example.fr", message_id=identity)
    wire = reply(replace(letterhead, requester=requester)).as_bytes()

    assert b"In-Reply-To: " + identity.encode() + b"\r\n" in wire
    assert b"References: " + identity.encode() + b"\r\n" in wire


def test_the_wire_is_seven_bit_and_in_short_lines(letterhead):
    long = "é" * 3000
    wire = reply(letterhead, subject="Télécopie de '" + "é" * 60 + "'", text=long)
    raw = wire.as_bytes()

    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    words = re.findall(rb"=\?utf-8\?[bq]\?[^?]*\?=", raw)
    assert words
    assert max(map(len, words)) <= 75
    again = text_of(message_from_bytes(raw, policy=default))
    assert again.replace("\r\n", "\n") == long + "\n"


@given(st.text(max_size=200))
def test_whatever_a_requester_wrote_makes_no_second_header(text):
    letterhead = _letterhead(subject=text)
    message = reply(letterhead, subject=f"Télécopie de '{text}'", reference=text or "C")
    refusal = refused(letterhead, mistakes=text or "x", domain="ecofax.test")

    for mail in (message, refusal):
        again = message_from_bytes(mail.as_bytes(), policy=default)
        assert sorted(again.keys()) == sorted(mail.keys())
        assert set(again.keys()) <= {
            "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
            "Auto-Submitted", "X-Auto-Response-Suppress", "X-Loop", "X-Fax-Job",
            "X-Fax-Status", "Content-Type", "MIME-Version",
        }  # fmt: skip


def test_a_reply_to_nobody_is_a_bug(letterhead):
    nobody = replace(letterhead, requester=Requester(address=None))

    with pytest.raises(ValueError, match="nobody"):
        reply(nobody)


def test_the_same_event_has_the_same_identity():
    first = reply_message_id(reference="C7", kind="sent", domain="x.fr", event="+33 9")

    assert first == reply_message_id(
        reference="C7", kind="sent", domain="x.fr", event="+33 9"
    )
    assert first == "<C7.sent.-33-9@x.fr>"
    assert first != reply_message_id(reference="C7", kind="failed", domain="x.fr")


def test_many_documents_fit_in_a_subject():
    assert subject_document(["a.pdf", "b\r\nc.pdf"]) == "a.pdf, b c.pdf"
    assert len(subject_document(["x" * 100])) == 80


def _letterhead(*, subject):
    return Letterhead(
        from_address="fax@ecofax.test",
        requester=Requester(
            address="jeanne@example.fr", message_id="<m@e.fr>", subject=subject
        ),
        date=datetime(2026, 3, 2, tzinfo=UTC),
        message_id="<a@ecofax.test>",
    )
