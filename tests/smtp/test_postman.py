import asyncio
from datetime import UTC, datetime
from email import message_from_bytes

import pytest
from aiosmtpd.smtp import SMTP

from ecofax_gateway.domain.order import Requester
from ecofax_gateway.replies.envelope import Letterhead
from ecofax_gateway.replies.refused import refused
from ecofax_gateway.smtp.postman import (
    FolderPostman,
    PostFailed,
    RelayTls,
    SmtpPostman,
)


class Relay:
    """A mail server that keeps what it is given, or refuses it."""

    def __init__(self):
        self.envelopes = []
        self.recipient_answer = "250 ok"
        self.data_answer = "250 ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server, session, envelope):
        self.envelopes.append(envelope)
        return self.data_answer


@pytest.fixture
def message():
    letterhead = Letterhead(
        from_address="fax@ecofax.test",
        requester=Requester(address="jeanne@example.fr", message_id="<m1@example.fr>"),
        date=datetime(2026, 3, 2, 12, tzinfo=UTC),
        message_id="<r1@ecofax.test>",
    )
    return refused(
        letterhead, mistakes="Été.", domain="ecofax.test", reference="C/7"
    ).as_bytes()


@pytest.fixture
async def relay():
    relay = Relay()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(relay, hostname="relay.test", loop=loop), "127.0.0.1", 0
    )
    relay.port = server.sockets[0].getsockname()[1]
    yield relay
    server.close()
    await server.wait_closed()


async def test_a_reply_goes_out_with_an_empty_sender(relay, message):
    await SmtpPostman("127.0.0.1", relay.port).post(message, "jeanne@example.fr")

    [envelope] = relay.envelopes
    assert envelope.mail_from == "<>"
    assert envelope.rcpt_tos == ["jeanne@example.fr"]
    assert message_from_bytes(envelope.content)["Message-ID"] == "<r1@ecofax.test>"
    assert envelope.content.isascii()


@pytest.mark.parametrize(
    ("answers", "reply", "temporary", "todo"),
    [
        (
            {"recipient_answer": "550 5.1.1 unknown in relay recipient table"},
            "550 5.1.1 unknown in relay recipient table",
            False,
            "tell them another way: jeanne@example.fr",
        ),
        ({"recipient_answer": "450 4.2.1 later"}, "450 4.2.1 later", True, ""),
        ({"data_answer": "554 5.6.0 no"}, "554 5.6.0 no", False, "see its log"),
        ({"data_answer": "451 4.3.0 later"}, "451 4.3.0 later", True, ""),
        (
            {"recipient_answer": "554 5.7.1 relay access denied"},
            "554 5.7.1 relay access denied",
            True,
            "lets this machine send",
        ),
        (
            {"recipient_answer": "550 relay not permitted"},
            "550 relay not permitted",
            True,
            "lets this machine send",
        ),
    ],
)
async def test_a_refusal_says_whether_to_try_again_and_what_to_do(
    relay, message, answers, reply, temporary, todo
):
    for name, answer in answers.items():
        setattr(relay, name, answer)
    with pytest.raises(PostFailed) as caught:
        await SmtpPostman("127.0.0.1", relay.port).post(message, "jeanne@example.fr")

    assert (caught.value.reply, caught.value.temporary) == (reply, temporary)
    assert caught.value.todo.endswith(todo) if todo else caught.value.todo == ""


async def test_a_relay_that_is_not_there_is_tried_again(relay, message):
    with pytest.raises(PostFailed) as caught:
        await SmtpPostman("127.0.0.1", 1).post(message, "jeanne@example.fr")

    assert caught.value.temporary


async def test_tls_that_is_asked_for_and_not_offered_is_a_failure(relay, message):
    postman = SmtpPostman("127.0.0.1", relay.port, tls=RelayTls.STARTTLS)
    with pytest.raises(PostFailed):
        await postman.post(message, "jeanne@example.fr")

    assert relay.envelopes == []


async def test_a_folder_keeps_each_reply_once(tmp_path, message):
    postman = FolderPostman(tmp_path / "replies")
    await postman.post(message, "jeanne@example.fr")
    await postman.post(message, "jeanne@example.fr")

    [path] = (tmp_path / "replies").iterdir()
    assert path.name.startswith("20260302T120000Z-refused-C7-")
    assert path.suffix == ".eml"
    assert path.read_bytes() == message


async def test_a_folder_that_cannot_be_used_is_temporary(tmp_path, message):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(PostFailed) as caught:
        await FolderPostman(tmp_path / "file").post(message, "jeanne@example.fr")

    assert caught.value.temporary
    assert str(tmp_path) in caught.value.reply
    assert "replies.folder" in caught.value.todo
