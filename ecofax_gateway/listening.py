"""
settings -> who comes in: mail at the listener's doors, browsers and programs at the site.

I/O: what it builds; listens.
"""

import contextlib
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from .certificate import open_certificate
from .domain.role import Role
from .entrance import make_gatekeeper, with_postmaster
from .pipeline.accept import Accept
from .pipeline.answer import Answer
from .pipeline.bells import Bells
from .pipeline.login import LineLogin
from .settings import Settings
from .settings.addresses import cannot_listen
from .site import Site, make_desk
from .smtp.listener import Accept as TakeIn
from .smtp.listener import MailListener, Protocol
from .smtp.visitors import Limits
from .store.database import Database
from .web.desk import Clock


@dataclass(frozen=True, slots=True)
class Listening:
    """What is open on this node."""

    listener: MailListener | None = None
    mail_port: int | None = None
    "Of its first door."

    site: Site | None = None
    site_port: int | None = None

    async def close(self) -> None:
        """Let nobody in any more; what is being taken in is finished."""
        if self.listener is not None:
            await self.listener.close()
        if self.site is not None:
            await self.site.close()


async def open_listening(
    settings: Settings,
    roles: AbstractSet[Role],
    db: Database,
    answer: Answer,
    bells: Bells,
    *,
    clock: Clock,
    stack: contextlib.AsyncExitStack,
) -> Listening:
    """
    Open what this node's roles are for.

    Args:
        stack: Closes it if the rest does not come up.

    Raises:
        BadSettings: If a certificate cannot be used; `NotYet` if an address is taken.
    """
    listener, mail_port, site, site_port = None, None, None, None
    if Role.SMTP in roles:
        accept = Accept(db=db, clock=clock, bell=bells.order)
        gate = make_gatekeeper(settings, db, accept, clock=clock, stack=stack)
        entrance = with_postmaster(gate, settings, db, clock=clock, bell=bells.post)
        listener = _make_listener(settings, db, entrance, clock)
        mail_port = await _listen(listener, settings)
        stack.push_async_callback(listener.close)
    if Role.CONSOLE in roles and settings.console.listen:
        site = Site(settings, make_desk(settings, db, answer, bells, clock=clock))
        site_port = site.open()
        stack.push_async_callback(site.close)
    return Listening(listener, mail_port, site, site_port)


def _make_listener(
    settings: Settings, db: Database, entrance: TakeIn, clock: Clock
) -> MailListener:
    smtp, trust = settings.smtp, settings.trust
    doors = [
        (protocol, host.strip("[]"), int(port))
        for protocol, address in (
            (Protocol.SMTP, smtp.listen),
            (Protocol.SMTPS, smtp.listen_tls),
            (Protocol.LMTP, smtp.listen_lmtp),
        )
        if address
        for host, _, port in [address.rpartition(":")]
    ]
    return MailListener(
        entrance,
        doors=doors,
        domains=smtp.domains,
        trusted_networks=(*smtp.trusted_networks, *trust.relay_networks),
        proxy_networks=smtp.proxy_networks,
        spool=settings.state / "incoming",
        max_bytes=smtp.max_bytes,
        hostname=smtp.hostname,
        certificate=open_certificate(
            "smtp.certificate",
            smtp.certificate,
            smtp.certificate_key,
            trust.client_authority,
        ),
        is_open=trust.open,
        log_in=LineLogin(db, clock=clock) if smtp.login else None,
        limits=Limits(connections=smtp.max_connections),
        has_postmaster=bool(smtp.postmaster),
    )


async def _listen(listener: MailListener, settings: Settings) -> int:
    """The port of the first door."""
    try:
        ports = await listener.start()
    except OSError as error:
        smtp = settings.smtp
        named = ", ".join(
            filter(None, (smtp.listen, smtp.listen_tls, smtp.listen_lmtp))
        )
        raise cannot_listen("smtp.listen", named, error) from error
    return ports[0]
