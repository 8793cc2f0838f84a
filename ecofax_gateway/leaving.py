"""
Settings -> how replies leave: by which postman, with whose signature.

I/O: reads the files that the settings name.
"""

from pathlib import Path

from .domain.errors import BadSettings
from .pipeline.posting import Sign
from .settings import Settings
from .settings.secret_file import read_secret
from .smtp.postman import FolderPostman, Postman, RelayTls, SmtpPostman
from .smtp.signing import Signer, UnusableKey


def make_postman(settings: Settings) -> Postman:
    """
    Make who posts replies.

    Raises:
        BadSettings: If a file that they name cannot be used.
    """
    replies = settings.replies
    if replies.by == "folder":
        return FolderPostman(settings.reply_folder)
    host, _, port = replies.relay.rpartition(":")
    authorities = Path(replies.relay_authorities) if replies.relay_authorities else None
    try:
        return SmtpPostman(
            host.strip("[]"),
            int(port),
            hostname=settings.smtp.hostname,
            username=replies.relay_user or None,
            password=read_secret(
                "replies.relay_password_file", replies.relay_password_file
            ),
            tls=RelayTls(replies.relay_tls),
            authorities=authorities,
        )
    except OSError as error:  # ssl.SSLError is one too
        raise BadSettings(
            [
                f"replies.relay_authorities: {authorities} cannot be used: {error.strerror}"
            ]
        ) from error


def make_signer(settings: Settings) -> Sign | None:
    """
    Make what signs replies; None: they are not signed.

    Raises:
        BadSettings: If the key cannot be used.
    """
    replies = settings.replies
    if not replies.dkim_key:
        return None
    path = Path(replies.dkim_key)
    domain = replies.dkim_domain or replies.sender.rpartition("@")[2].rstrip("> ")
    try:
        signer = Signer.from_file(path, domain=domain, selector=replies.dkim_selector)
    except UnusableKey as error:
        raise BadSettings(
            [
                f"replies.dkim_key: {path}: {error}; make one with: ecofax-gateway dkim-key"
            ]
        ) from error
    return signer.sign
