"""
One LMTP connection: as SMTP, with an answer for each recipient.

I/O: one TCP connection, through aiosmtpd.

Standards:
    RFC 2033 (1996) §4.1 LHLO, §4.2 one reply to DATA for each recipient
"""

from aiosmtpd.smtp import syntax

from .session import FaxSession


class LmtpSession(FaxSession):
    """One connection of a mail server that wants an answer for each recipient."""

    show_smtp_greeting = False

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, hostname: str) -> None:
        """Do what EHLO does."""
        await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname: str) -> None:
        """Not here: RFC 2033 §4.1."""
        await self.push("500 5.5.1 this is LMTP: LHLO")

    async def smtp_EHLO(self, hostname: str) -> None:
        """Not here: RFC 2033 §4.1."""
        await self.push("500 5.5.1 this is LMTP: LHLO")

    async def check_helo_needed(self, helo: str = "LHLO") -> bool:
        """Ask for the greeting of this protocol."""
        return await super().check_helo_needed("LHLO")

    def _replies(self, reply: str) -> list[str]:
        if reply.startswith("421"):
            return [reply]  # and then the connection ends
        assert self.envelope is not None
        return [reply] * len(self.envelope.rcpt_tos)
