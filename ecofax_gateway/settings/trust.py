"""
Who is believed, in the configuration: the section `[trust]`.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from .addresses import networks
from .keys import at_least, key, or_empty


def _private(texts: Iterable[str]) -> str | None:
    texts = tuple(texts)
    wrong = networks(texts)
    if wrong is not None:
        return wrong
    for text in texts:
        if not ip_network(text).is_private:
            return (
                f"{text!r} is no private network; answers to forged addresses would"
                " hurt strangers"
            )
    return None


def _name_server(text: str) -> str | None:
    host, _, port = text.rpartition(":")
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        port = ""
    if port.isascii() and port.isdigit() and 0 < int(port) <= 65535:
        return None
    return 'write it as "address:port", e.g. "127.0.0.1:53"'


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustSettings:
    """Who is believed about the sender of a mail; see docs/mail.md."""

    relay_networks: tuple[str, ...] = key(
        "Your relays that hand in mail of the internet. Unlike those in\n"
        "smtp.trusted_networks they do not vouch for the sender: DKIM has to, or what\n"
        "they say in Authentication-Results.",
        default=(),
        check=networks,
    )
    relays_pass_answers: bool = key(
        "Your relays hand in mail while its sender's server still waits for the answer\n"
        "(Postfix: smtpd_proxy_filter), so that a refusal reaches the sender. false:\n"
        "they would write bounces to forged addresses, so what is refused of unproven\n"
        "senders is taken in and only the log tells.",
        default=False,
    )
    open: bool = key(
        "Let anybody hand in mail without a login: this is the mail server (MX) of your\n"
        "domains. DKIM and SPF have to prove the sender, or he is told at once by his\n"
        "own server what is wrong, and gets no reply by mail.",
        default=False,
    )
    authserv_id: str = key(
        "What your relay calls itself in Authentication-Results, if it checks senders.\n"
        "It has to remove fields that came in with that name. Empty: not believed.",
        default="",
    )
    client_authority: str = key(
        "PEM file of the authority whose client certificates are believed like\n"
        "smtp.trusted_networks. Needs smtp.certificate. Empty: none is asked for.",
        default="",
    )
    answer_networks: tuple[str, ...] = key(
        "Private networks whose mail is answered though nothing proves its sender:\n"
        "scanners and programs in the house that come through relay_networks or open.",
        default=(),
        check=_private,
    )
    nameserver: str = key(
        'Name server asked about senders, "address:port". Empty: the system\'s.',
        default="",
        check=or_empty(_name_server),
    )
    replies_per_hour: int = key(
        "To one address; what is more goes into one summary at the end of the hour, so\n"
        "that two machines that answer each other come to rest. 0: any number.",
        default=100,
        check=at_least(0),
    )
