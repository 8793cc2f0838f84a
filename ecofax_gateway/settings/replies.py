"""
How answers go out, in the configuration: the section `[replies]`.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import dataclass

from ..smtp.postman import RelayTls
from .addresses import far_address, sender
from .keys import key, one_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySettings:
    """How answers go out."""

    by: str = key(
        '"smtp": by mail through the relay below. "folder": each as an .eml file.',
        default="folder",
        check=one_of("smtp", "folder"),
    )
    relay: str = key(
        "Address and port of the mail server that takes replies.",
        default="127.0.0.1:25",
        check=far_address,
    )
    relay_tls: str = key(
        '"opportunistic": encrypted if the relay offers it. "starttls" (port 587) and\n'
        '"implicit" (port 465): always, and its certificate is checked. "none".',
        default="opportunistic",
        check=one_of(*RelayTls),
    )
    relay_authorities: str = key(
        "PEM file of who signed the relay's certificate. Empty: those that the system\n"
        "trusts.",
        default="",
    )
    relay_user: str = key(
        "Name to log in to the relay with. Empty: no login.", default=""
    )
    relay_password_file: str = key(
        "File that holds its password (one line, mode 0600).", default=""
    )
    folder: str = key(
        'Folder for the .eml files. Empty: "replies" in the state folder.', default=""
    )
    sender: str = key(
        "Whom replies are from.",
        default="Ecofax <fax@ecofax.fr>",
        check=sender,
    )
    dkim_key: str = key(
        "File of the key that replies are signed with (DKIM); made, with its DNS\n"
        "record, by: ecofax-gateway dkim-key. Empty: replies are not signed.",
        default="",
    )
    dkim_selector: str = key("Name of that key in the DNS.", default="ecofax")
    dkim_domain: str = key("Domain that signs. Empty: that of the sender.", default="")


def contradictions(replies: ReplySettings) -> list[str]:
    """Rules that span two keys; each names the one to change."""
    mistakes = []
    if bool(replies.relay_user) != bool(replies.relay_password_file):
        missing = "relay_password_file" if replies.relay_user else "relay_user"
        mistakes.append(
            f"replies.{missing}: missing; a name and its password go together"
        )
    checked = (RelayTls.STARTTLS, RelayTls.IMPLICIT)
    if replies.relay_user and replies.relay_tls not in checked:
        mistakes.append(
            'replies.relay_tls: write "starttls" or "implicit" with relay_user; a'
            " password is given to no server whose certificate was not checked"
        )
    return mistakes
