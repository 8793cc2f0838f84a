"""
How replies leave, by the settings, and what is said of settings that cannot be used.
"""

import pytest

from ecofax_gateway.domain.errors import BadSettings
from ecofax_gateway.leaving import make_postman, make_signer
from ecofax_gateway.settings import parse_settings
from ecofax_gateway.smtp.postman import FolderPostman, SmtpPostman
from ecofax_gateway.smtp.signing import make_key


def settings_with(**replies):
    return parse_settings(
        {"trunk": {"name": "t", "proxy": "built-in"}, "replies": replies}
    )


def mistakes_of(make, settings):
    with pytest.raises(BadSettings) as caught:
        make(settings)
    return "\n".join(caught.value.mistakes)


def test_replies_go_to_a_folder_or_through_a_relay(tmp_path):
    password = tmp_path / "password"
    password.write_text("Zebre7Quart\n")
    relay = settings_with(
        by="smtp",
        relay="[::1]:587",
        relay_tls="starttls",
        relay_user="ecofax",
        relay_password_file=str(password),
    )

    assert isinstance(make_postman(settings_with()), FolderPostman)
    assert isinstance(make_postman(relay), SmtpPostman)
    assert make_signer(settings_with()) is None


def test_files_that_cannot_be_used_are_named_with_their_setting(tmp_path):
    (tmp_path / "text").write_text("no key")
    text, absent = str(tmp_path / "text"), str(tmp_path / "absent")
    login = {"by": "smtp", "relay_user": "x", "relay_tls": "implicit"}

    wrong_key = mistakes_of(make_signer, settings_with(dkim_key=text))
    no_key = mistakes_of(make_signer, settings_with(dkim_key=absent))
    no_password = mistakes_of(
        make_postman, settings_with(**login, relay_password_file=absent)
    )
    wrong_authorities = mistakes_of(
        make_postman,
        settings_with(by="smtp", relay_tls="implicit", relay_authorities=text),
    )

    assert "replies.dkim_key" in wrong_key
    assert "ecofax-gateway dkim-key" in no_key
    assert f"replies.relay_password_file: {absent}: No such file" in no_password
    assert f"replies.relay_authorities: {text} cannot be used" in wrong_authorities


def test_a_reply_is_signed_for_the_domain_of_its_sender(tmp_path):
    key = tmp_path / "key.pem"
    key.write_bytes(make_key())

    sign = make_signer(
        settings_with(dkim_key=str(key), sender="Fax <fax@gateway.example>")
    )

    assert sign is not None
    signed = sign(b"From: fax@gateway.example\r\nSubject: x\r\n\r\nBonjour\r\n")
    assert b" d=gateway.example;" in signed
    assert b" s=ecofax;" in signed


@pytest.mark.parametrize(
    ("replies", "mistake"),
    [
        ({"relay_user": "x"}, "replies.relay_password_file: missing"),
        ({"relay_password_file": "x"}, "replies.relay_user: missing"),
        (
            {"relay_user": "x", "relay_password_file": "y"},
            "a password is given to no server whose certificate was not checked",
        ),
        ({"relay_tls": "sometimes"}, "replies.relay_tls"),
    ],
)
def test_settings_that_do_not_go_together(replies, mistake):
    assert mistake in mistakes_of(lambda each: settings_with(**each), replies)
