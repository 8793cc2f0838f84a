"""
A pytest plugin: aiosmtpd's own tests, run against our session in place of its own.

Three of our rules are set aside, for they change every reply or need our own hooks:
enhanced status codes, who has to log in, and the limits of commands.
"""

import asyncio
import tempfile
from pathlib import Path

import aiosmtpd.controller
import aiosmtpd.lmtp
import aiosmtpd.smtp

from bench.ports import free_port
from ecofax_gateway.smtp.lmtp import LmtpSession
from ecofax_gateway.smtp.session import FaxSession
from ecofax_gateway.smtp.terms import Terms
from ecofax_gateway.smtp.visitors import Visitors

STOCK = aiosmtpd.smtp.SMTP
NO_LIMIT = 1 << 40


class Upstream:
    """
    Our session behind aiosmtpd's constructor and handlers.
    """

    def __init__(self, handler, **options):
        STOCK.__init__(self, handler, **options)
        terms = Terms(
            deliver=self._hand_over,
            visitors=Visitors([]),
            spool=Path(tempfile.gettempdir()),
            max_bytes=self.data_size_limit or NO_LIMIT,
            hostname=self.hostname,
        )
        self._hold_to(terms, set())

    def _refuse(self, peer):
        return None

    check_auth_needed = STOCK.check_auth_needed
    handle_exception = STOCK.handle_exception
    push = STOCK.push
    AuthLoginUsernameChallenge = STOCK.AuthLoginUsernameChallenge
    AuthLoginPasswordChallenge = STOCK.AuthLoginPasswordChallenge

    async def _hand_over(self, session, incoming, content):
        if isinstance(content, Path):
            data = await asyncio.to_thread(content.read_bytes)
            content.unlink()
        else:
            data = content
        self.envelope.original_content = self.envelope.content = data
        if self._decode_data:
            encoding = "utf-8" if self.enable_SMTPUTF8 else "ascii"
            try:
                self.envelope.content = data.decode(
                    encoding, "surrogateescape" if self.enable_SMTPUTF8 else "strict"
                )
            except UnicodeDecodeError:
                return "500 Error: strict ASCII mode"
        status = await self._call_handler_hook("DATA")
        return "250 OK" if status is aiosmtpd.smtp.MISSING else status


class UpstreamSession(Upstream, FaxSession):
    pass


class UpstreamLmtpSession(Upstream, LmtpSession):
    pass


aiosmtpd.smtp.SMTP = UpstreamSession
aiosmtpd.controller.SMTP = UpstreamSession
aiosmtpd.lmtp.LMTP = UpstreamLmtpSession


def pytest_configure(config):
    """
    Listen on a port that is free here instead of 8025.
    """
    from aiosmtpd.tests import conftest

    conftest.HostPort.__new__.__defaults__ = ("localhost", free_port())
    conftest.Global.SrvAddr = conftest.HostPort()
