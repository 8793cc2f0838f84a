"""
settings -> the web site: console and API behind one door.

I/O: what it builds; listens.
"""

from datetime import timedelta

from starlette.types import ASGIApp

from .certificate import open_certificate
from .domain.trust import parse_networks
from .outbound.client import Client
from .pipeline.answer import Answer
from .pipeline.bells import Bells
from .pipeline.routing import Routing
from .settings import Settings
from .settings.addresses import cannot_listen
from .store.database import Database
from .web.body import BodyLimit
from .web.desk import Clock, Desk
from .web.headers import Headers
from .web.pace import Pace
from .web.server import WebServer


def make_desk(
    settings: Settings, db: Database, answer: Answer, bells: Bells, *, clock: Clock
) -> Desk:
    """What the routes are given."""
    console = settings.console
    return Desk(
        db=db,
        answer=answer,
        routing=Routing(settings.carriers),
        zone=settings.zone,
        repeat_window=timedelta(hours=settings.store.repeat_hours),
        max_bytes=settings.smtp.max_bytes,
        uploads=settings.state / "uploads",
        secure=bool(console.certificate) or console.https,
        clock=clock,
        client=make_client(settings),
        bells=bells,
    )


def make_client(settings: Settings) -> Client:
    """Who makes requests to servers that people name."""
    return Client(networks=parse_networks(settings.console.outbound_networks))


def make_site(desk: Desk) -> ASGIApp:
    """The whole site as one application."""
    # Imported here: its rooms take a second, which a node without a console spares.
    from .api.app import make_api
    from .console.app import make_console

    app = make_console(desk)
    app.mount("/api", make_api(desk), name="api")
    limited = BodyLimit(app, max_bytes=desk.max_bytes)
    return Pace(Headers(limited, secure=desk.secure))


class Site:
    """
    The site, served.

    Args:
        settings: With an address to listen on.

        desk: What its routes are given.

    Raises:
        BadSettings: If its certificate cannot be used.
    """

    def __init__(self, settings: Settings, desk: Desk) -> None:
        console = settings.console
        host, _, port = console.listen.rpartition(":")
        self._listen = console.listen
        self._desk = desk
        self._server = WebServer(
            make_site(desk),
            host=host.strip("[]"),
            port=int(port),
            certificate=open_certificate(
                "console.certificate", console.certificate, console.certificate_key
            ),
            proxies=console.proxy_networks,
        )

    def open(self) -> int:
        """
        Begin to serve it.

        Returns:
            The port.

        Raises:
            BadSettings: If it cannot listen there; `NotYet` as a rule.
        """
        self._desk.uploads.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            return self._server.start()
        except OSError as error:
            raise cannot_listen("console.listen", self._listen, error) from error

    async def close(self) -> None:
        """Let go whoever follows something live, and end what is being answered."""
        self._desk.closing.set()
        await self._server.close()
