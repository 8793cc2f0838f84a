"""
Where mail comes in, in the configuration: the section `[smtp]`.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass

from .addresses import address, domains, host_name, mail_address, networks
from .keys import at_least, key, or_empty


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """Where mail comes in."""

    listen: str = key(
        "Address and port of the mail listener.",
        default="127.0.0.1:2525",
        check=address,
    )
    listen_tls: str = key(
        "The same, encrypted from the first byte (port 465); empty: none.",
        default="",
        check=or_empty(address),
    )
    listen_lmtp: str = key(
        "For a mail server that delivers by LMTP, with an answer for each recipient;\n"
        "empty: none.",
        default="",
        check=or_empty(address),
    )
    certificate: str = key(
        "PEM file with the certificate chain, for STARTTLS and listen_tls; read again\n"
        "by itself when it is renewed. Empty: nothing is encrypted.",
        default="",
    )
    certificate_key: str = key("PEM file with its key, no passphrase.", default="")
    hostname: str = key("Name in the greeting.", default="ecofax.fr", check=host_name)
    domains: tuple[str, ...] = key(
        "Domains whose mail becomes faxes.", default=("ecofax.fr",), check=domains
    )
    postmaster: str = key(
        "Address of a person, in another domain, whom mail for postmaster@ and abuse@ is\n"
        "passed on to; whoever takes mail from the internet has to have one (RFC 5321\n"
        "section 4.5.1). Empty: it is refused.",
        default="",
        check=or_empty(mail_address),
    )
    trusted_networks: tuple[str, ...] = key(
        "Who may hand in mail: your mail relay and your own machines. Whoever hands in\n"
        "mail gets replies sent to the address the mail names, so list only machines\n"
        "that vouch for it.",
        default=("127.0.0.0/8", "::1/128"),
        check=networks,
    )
    login: bool = key(
        "Let others hand in mail too if they log in: over TLS, with a fax line's number\n"
        "and its fax password. They need no p: in the mail.",
        default=False,
    )
    proxy_networks: tuple[str, ...] = key(
        "Proxies in front of us: each connection from there begins with a PROXY header\n"
        "(HAProxy: send-proxy-v2), and its client's address counts. Not for listen_tls.",
        default=(),
        check=networks,
    )
    max_connections: int = key(
        "At the same time; a quarter is kept for trusted_networks.",
        default=200,
        check=at_least(4),
    )
    max_bytes: int = key(
        "Largest mail accepted, in bytes.", default=40_000_000, check=at_least(10_000)
    )


def contradictions(smtp: SmtpSettings) -> list[str]:
    """Rules that span two keys; each names the one to change."""
    mistakes = []
    if bool(smtp.certificate) != bool(smtp.certificate_key):
        missing = "certificate_key" if smtp.certificate else "certificate"
        mistakes.append(
            f"smtp.{missing}: missing; a certificate and its key go together"
        )
    if smtp.listen_tls and not smtp.certificate:
        mistakes.append("smtp.certificate: needed with smtp.listen_tls")
    if smtp.login and not smtp.certificate:
        mistakes.append(
            "smtp.certificate: needed with smtp.login; a password in the clear is refused"
        )
    own = {domain.lower() for domain in smtp.domains}
    if smtp.postmaster.rpartition("@")[2].lower() in own:
        mistakes.append(
            "smtp.postmaster: name an address in another domain; mail for this one comes"
            " back here"
        )
    return mistakes
