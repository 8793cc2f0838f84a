"""
Who may hand in mail on a connection: from where, with which password or certificate.

I/O: one TCP connection, through aiosmtpd.

aiosmtpd checks passwords while everybody waits. This takes what AUTH brought and checks
it in its own time.

Standards:
    RFC 4954 (2007) -- AUTH, only where it is encrypted
"""

import asyncio
import logging
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword, syntax

from ..domain.errors import TooManyGuesses
from .terms import Terms

MAX_LOGINS = 3
"""Wrong passwords on one connection; a mail client asks its user after the first."""

logger = logging.getLogger(__name__)


class LoginSession(SMTP):
    """
    The part of a connection that knows whether its client may hand in mail.
    """

    _terms: Terms

    AuthLoginUsernameChallenge = "Username:"
    AuthLoginPasswordChallenge = "Password:"

    def _begin_outside(self) -> None:
        self._is_trusted = False
        self._credentials: LoginPassword | None = None
        self._failed_logins = 0
        self.login: str | None = None
        "Who logged in, in the words of `Terms.log_in`."

    @property
    def takes_logins(self) -> bool:
        """Whether AUTH is there at all."""
        return self._terms.log_in is not None

    @property
    def has_certificate(self) -> bool:
        """Whether the client showed a certificate that our authority vouches for."""
        transport = self.transport
        return transport is not None and bool(transport.get_extra_info("peercert"))

    @syntax("AUTH <mechanism>", when="takes_logins")
    async def smtp_AUTH(self, arg: str) -> None:
        """Check a password in our own time: the library would hold up everybody."""
        self._credentials = None
        await super().smtp_AUTH(arg)
        if self._credentials is None or self._terms.log_in is None:
            return
        assert self.session is not None
        user, password = (
            part.decode("utf-8", "replace") for part in self._credentials[:2]
        )
        self._credentials = None
        peer: Any = self.session.peer
        try:
            self.login = await self._terms.log_in(user, password, str(peer[0]))
        except TooManyGuesses:
            await self.push("421 4.7.0 too many failed logins, try again later")
            return
        if self.login is not None:
            self.session.authenticated = True
            await self.push("235 2.7.0 logged in")
            return
        self._failed_logins += 1
        self._terms.visitors.login_failed(
            peer[0], now=asyncio.get_running_loop().time()
        )
        logger.warning("failed login from %s", peer[0])
        if self._failed_logins >= MAX_LOGINS:
            await self.push("421 4.7.0 too many failed logins, closing")
        else:
            await self.push(
                "535 5.7.8 unknown user or wrong password; the user is the number of"
                " the fax line, the password its fax password"
            )

    async def check_auth_needed(self, caller_method: str) -> bool:
        """Strangers log in before anything else, unless the door is open to all."""
        if self.login is not None or self._is_trusted or self._terms.is_open:
            return False
        if self.has_certificate:
            return False
        if self._terms.is_encrypted or self._tls_protocol is not None:
            await self.push("530 5.7.0 authentication required")
        else:
            await self.push("530 5.7.0 STARTTLS, then authentication required")
        return True

    def _keep_credentials(
        self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any
    ) -> AuthResult:
        """Take what AUTH brought; the library asks this where nothing can be awaited."""
        self._credentials = data
        return AuthResult(success=False, handled=True)
