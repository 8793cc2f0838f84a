"""
Replies on their way out: by SMTP, or into a folder.

I/O: one outgoing SMTP connection for each reply, or one file.

A reply is tried again by whoever keeps it; here it is posted once and the answer told.

Standards:
    RFC 3834 (2004) §3.3 -- the envelope sender of a reply is empty
    RFC 3207 (2002), RFC 8314 (2018) §3 -- STARTTLS, and TLS from the first byte
    RFC 4954 (2007) §4 -- AUTH
"""

import asyncio
import hashlib
import os
import re
import ssl
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import aiosmtplib

from ..domain.errors import EcofaxError

TIMEOUT_SECONDS = 60.0
"""For the whole exchange; a relay next door takes a second."""

NOT_REACHED = "check replies.relay and that the mail server runs"
NOT_TAKEN = (
    "check replies.relay_user, replies.relay_password_file and replies.relay_tls, and"
    " that the mail server lets this machine send"
)
BAD_CERTIFICATE = (
    "the mail server's certificate is not trusted: name its host in replies.relay as the"
    " certificate does, or its authority in replies.relay_authorities"
)
NOT_WRITTEN = (
    "see replies.folder; the systemd unit lets us write in the state folder only, unless"
    " ReadWritePaths= names others"
)
NO_SUCH_MAIL = "the mail server refuses the mail itself: see its log"
NO_SUCH_PERSON = "the requester cannot be written to, tell them another way:"
"""What a line of the log says is to be done."""

_REFUSES_US = re.compile(
    r"^5\.7\.|relay(ing)? (access )?(denied|not)|to relay\b", re.IGNORECASE
)
"""A security or policy status (RFC 3463 §3.8), or what servers without one say of relaying."""

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


class PostFailed(EcofaxError):
    """
    A reply was not taken.

    Args:
        reply: What the server said, or what kept us from asking; for the operator.

        temporary: Whether trying again can help.

        todo: What the operator can do about it: names the setting.
    """

    def __init__(self, reply: str, *, temporary: bool, todo: str = "") -> None:
        super().__init__(reply)
        self.reply = reply
        self.temporary = temporary
        self.todo = todo


class RelayTls(StrEnum):
    """How the way to the relay is encrypted."""

    OPPORTUNISTIC = "opportunistic"
    "If it offers STARTTLS; its certificate is not checked. For a relay next door."

    STARTTLS = "starttls"
    "STARTTLS or nothing, with a certificate that is checked (port 587)."

    IMPLICIT = "implicit"
    "From the first byte, with a certificate that is checked (port 465)."

    NONE = "none"


class Postman(Protocol):
    """A way to post a reply."""

    async def post(self, message: bytes, to: str) -> None:
        """
        Post *message*; it is out when this returns.

        Args:
            message: Whole, CRLF lines, with its own date and identity; posted as is.

            to: The one address it goes to.

        Raises:
            PostFailed: If it was not taken.
        """
        ...


class SmtpPostman:
    """
    Posts through a relay.

    Args:
        host: The relay.

        port: Its port.

        hostname: Ours, for EHLO.

        username: For AUTH; None: no AUTH.

        password: For AUTH; appears in no log.

        tls: How it is encrypted.

        authorities: PEM file of who may have signed the relay's certificate; None:
            those that the system trusts.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        hostname: str = "localhost",
        username: str | None = None,
        password: str | None = None,
        tls: RelayTls = RelayTls.OPPORTUNISTIC,
        authorities: Path | None = None,
    ) -> None:
        self._host, self._port, self._hostname = host, port, hostname
        self._username, self._password = username, password
        self._tls = tls
        self._context = (
            _unverified()
            if tls is RelayTls.OPPORTUNISTIC
            else ssl.create_default_context(cafile=authorities)
        )

    async def post(self, message: bytes, to: str) -> None:
        """See `Postman.post`."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS), self._client() as client:
                await client.sendmail("", [to], message)
        except aiosmtplib.SMTPRecipientsRefused as error:
            first = error.recipients[0]
            if _REFUSES_US.search(first.message):
                # Not the recipient: whoever hands mail in. Once it may, all of it goes.
                raise PostFailed(
                    f"{first.code} {first.message}", temporary=True, todo=NOT_TAKEN
                ) from None
            raise _failed(
                first.code, first.message, todo=f"{NO_SUCH_PERSON} {to}"
            ) from None
        except (
            aiosmtplib.SMTPAuthenticationError,
            aiosmtplib.SMTPSenderRefused,
        ) as error:
            # The relay does not take us, whatever the reply: that is our settings' fault.
            raise PostFailed(
                f"{error.code} {error.message}", temporary=True, todo=NOT_TAKEN
            ) from None
        except aiosmtplib.SMTPDataError as error:
            raise _failed(error.code, error.message, todo=NO_SUCH_MAIL) from None
        except aiosmtplib.SMTPResponseException as error:
            raise PostFailed(
                f"{error.code} {error.message}", temporary=True, todo=NOT_TAKEN
            ) from None
        except aiosmtplib.SMTPNotSupported as error:
            raise PostFailed(str(error), temporary=True, todo=NOT_TAKEN) from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise PostFailed(
                f"{type(error).__name__}: {error}", temporary=True, todo=_mend(error)
            ) from error
        except ValueError as error:
            raise PostFailed(f"address not usable: {error}", temporary=False) from None

    def _client(self) -> aiosmtplib.SMTP:
        # Not `aiosmtplib.send`: with raw bytes it takes "" for a missing sender.
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            local_hostname=self._hostname,
            username=self._username,
            password=self._password,
            use_tls=self._tls is RelayTls.IMPLICIT,
            start_tls=_START_TLS[self._tls],
            tls_context=self._context,
            timeout=TIMEOUT_SECONDS,
        )


class FolderPostman:
    """
    Puts replies into a folder, for trials and tests.

    Args:
        folder: Made if it is not there. The files are called
            <time>-<kind>-<reference>-<mark>.eml; the same reply posted again replaces
            itself.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def post(self, message: bytes, to: str) -> None:
        """See `Postman.post`."""
        try:
            await asyncio.to_thread(self._write, message)
        except OSError as error:
            raise PostFailed(
                f"{self._folder}: {error.strerror}", temporary=True, todo=NOT_WRITTEN
            ) from error

    def _write(self, message: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / _file_name(BytesHeaderParser().parsebytes(message))
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            file.write(message)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)


def _file_name(message: Message) -> str:
    try:
        date = parsedate_to_datetime(str(message["Date"])).astimezone(UTC)
    except (ValueError, OverflowError):  # not ours: mail for the postmaster
        date = datetime.min.replace(tzinfo=UTC)
    mark = hashlib.sha256(
        str(message["Message-ID"] or message).encode("utf-8", "replace")
    ).hexdigest()[:8]
    kind = _UNSAFE.sub("", str(message["X-Fax-Status"] or "")) or "reply"
    reference = _UNSAFE.sub("", str(message["X-Fax-Job"] or "")) or "none"
    return f"{date:%Y%m%dT%H%M%SZ}-{kind}-{reference[:40]}-{mark}.eml"


def _failed(code: int, text: str, *, todo: str) -> PostFailed:
    """What a server said of one reply; of what passes nothing is to be done."""
    temporary = not 500 <= code < 600
    return PostFailed(
        f"{code} {text}", temporary=temporary, todo="" if temporary else todo
    )


def _mend(error: BaseException) -> str:
    """What to look at when the relay could not be talked to."""
    causes = [error, error.__cause__, error.__context__]
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return BAD_CERTIFICATE
    # Besides those of the network: a server without the TLS or the login that we want.
    was_met = isinstance(error, aiosmtplib.SMTPException) and not isinstance(
        error, aiosmtplib.SMTPConnectError | aiosmtplib.SMTPServerDisconnected
    )
    return NOT_TAKEN if was_met else NOT_REACHED


_START_TLS = {
    RelayTls.OPPORTUNISTIC: None,
    RelayTls.STARTTLS: True,
    RelayTls.IMPLICIT: False,
    RelayTls.NONE: False,
}
"""As aiosmtplib takes it; None: if it is offered."""


def _unverified() -> ssl.SSLContext:
    """Without a promise of TLS a bad certificate is still better than clear text."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
