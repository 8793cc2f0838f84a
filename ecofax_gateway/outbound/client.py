"""
Ask a server that a person named, without lending it our place in the network.

I/O: DNS, TCP and TLS.

The address that was looked at is the one that the socket connects to: no second look-up
can put another in its place (DNS rebinding). Nothing comes from the environment, no
cookie and no credential is sent, nothing is decompressed.

Standards:
    RFC 9110 (2022) §15.4 -- redirects; §8.4.1 -- no content coding is asked for
"""

import asyncio
import socket
import ssl
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpcore

from .addresses import Network, is_public
from .destination import Destination, OutboundFailed, read_url, redirected

MAX_REDIRECTS = 3
"""A shortened address, its secure form, the real place."""

MAX_ADDRESSES = 4
"""Of one name that are tried, each with a time limit of its own."""

CONNECT_SECONDS = 10.0

SILENT_SECONDS = 15.0
"""Between two pieces of an answer."""

AGENT = "ecofax-gateway"

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""(host, port) to IP literals; empty: there is no such name."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a server gave."""

    content: bytes
    media_type: str
    "As it says, in lower case, without parameters; empty: it says nothing."

    url: str
    "Of the last redirect."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a server said to what it was sent."""

    status: int
    retry_after: str | None


class Client:
    """
    Makes requests, one connection each.

    Args:
        networks: That may be called although they are not public.

        resolve: Looks names up; by default the system does.

        trusted: Whose certificates are believed; by default the system says.
    """

    def __init__(
        self,
        *,
        networks: Sequence[Network] = (),
        resolve: Resolve | None = None,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        self._backend = _Guarded(networks, resolve or system_resolve)
        self._trusted = trusted or ssl.create_default_context()

    async def fetch(self, url: str, *, max_bytes: int, seconds: float) -> Fetched:
        """
        Get what stands at a URL.

        Args:
            max_bytes: Of its content.

            seconds: For all of it, redirects included.

        Raises:
            OutboundFailed: If it is refused, or there is no whole answer.
        """
        async with _within(seconds):
            destination = read_url(url)
            for _ in range(MAX_REDIRECTS + 1):
                found = await self._get(destination, max_bytes)
                if isinstance(found, Fetched):
                    return found
                destination = found
        raise OutboundFailed(
            "Le serveur renvoie trop de fois vers une autre adresse.",
            code="url-redirects",
        )

    async def post(
        self, url: str, content: bytes, *, headers: Mapping[str, str], seconds: float
    ) -> Answered:
        """
        Send something to a URL; a redirect is an answer like others.

        Args:
            headers: Of the request; their values are secrets.

            seconds: For all of it.

        Raises:
            OutboundFailed: If it is refused, or there is no answer.
        """
        async with _within(seconds):
            destination = read_url(url)
            async with self._pool() as pool:
                with _explained():
                    async with pool.stream(
                        "POST",
                        destination.url,
                        headers=_headers(destination, headers),
                        content=content,
                        extensions=_TIMEOUTS,
                    ) as response:
                        return Answered(
                            status=response.status,
                            retry_after=_header(response, b"retry-after"),
                        )

    async def _get(
        self, destination: Destination, max_bytes: int
    ) -> Fetched | Destination:
        async with self._pool() as pool:
            with _explained():
                async with pool.stream(
                    "GET",
                    destination.url,
                    headers=_headers(destination, {"Accept": "*/*"}),
                    extensions=_TIMEOUTS,
                ) as response:
                    if response.status in _REDIRECTS:
                        location = _header(response, b"location") or ""
                        return redirected(destination, location)
                    return Fetched(
                        content=await _body(response, max_bytes),
                        media_type=_media_type(response),
                        url=destination.url,
                    )

    def _pool(self) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=self._trusted,
            max_connections=1,
            max_keepalive_connections=0,
            network_backend=self._backend,
        )


async def system_resolve(host: str, port: int) -> list[str]:
    """Look a name up as the machine's administrator set it up."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class _Guarded(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only; it alone looks names up."""

    def __init__(self, networks: Sequence[Network], resolve: Resolve) -> None:
        self._networks = networks
        self._resolve = resolve
        self._sockets = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- the library's own interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        found = await self._resolve(host, port)
        if not found:
            raise OutboundFailed(
                "Le nom du serveur est introuvable : vérifiez l'adresse.",
                code="url-unknown-host",
            )
        allowed = [each for each in found if is_public(each, also=self._networks)]
        if not allowed:
            raise OutboundFailed(
                "Cette adresse mène à un réseau privé ou à cette machine, ce qui n'est"
                " pas permis.",
                code="url-private",
            )
        for address in allowed[:MAX_ADDRESSES]:
            try:
                return await self._sockets.connect_tcp(address, port, timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 -- the library's own interface
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise NotImplementedError("no URL leads to one")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


_TIMEOUTS = {
    "timeout": {
        "connect": CONNECT_SECONDS,
        "read": SILENT_SECONDS,
        "write": SILENT_SECONDS,
        "pool": CONNECT_SECONDS,
    }
}


@asynccontextmanager
async def _within(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise _too_slow() from None


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what the library says into a sentence; its own words may hold the URL."""
    try:
        yield
    except httpcore.TimeoutException:
        raise _too_slow() from None
    except httpcore.ConnectError as error:
        if _is_certificate(error):
            raise OutboundFailed(
                "Le certificat du serveur n'est pas valable : la connexion n'est pas"
                " sûre.",
                code="url-certificate",
            ) from None
        raise OutboundFailed(
            "Le serveur ne répond pas : vérifiez l'adresse, ou réessayez plus tard.",
            code="url-unreachable",
        ) from None
    except (httpcore.NetworkError, httpcore.ProtocolError):
        raise OutboundFailed(
            "Le serveur a coupé la connexion ou répond de travers : réessayez plus"
            " tard.",
            code="url-broken-off",
        ) from None


def _is_certificate(error: BaseException) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _too_slow() -> OutboundFailed:
    return OutboundFailed(
        "Le serveur est trop lent : il n'a pas tout donné à temps.", code="url-too-slow"
    )


def _headers(
    destination: Destination, more: Mapping[str, str]
) -> list[tuple[bytes, bytes]]:
    netloc = destination.url.split("/", 3)[2]
    plain = {
        "Host": netloc,
        "User-Agent": AGENT,
        "Accept-Encoding": "identity",
        **more,
    }
    return [(name.encode(), value.encode()) for name, value in plain.items()]


async def _body(response: httpcore.Response, max_bytes: int) -> bytes:
    if response.status != 200:
        raise OutboundFailed(
            f"Le serveur a répondu {response.status} : le fichier n'y est pas, ou il"
            " n'est pas public.",
            code="url-status",
        )
    if (_header(response, b"content-encoding") or "identity").lower() != "identity":
        raise OutboundFailed(
            "Le serveur envoie le fichier sous une forme comprimée, qui n'est pas"
            " acceptée.",
            code="url-compressed",
        )
    announced = _header(response, b"content-length") or ""
    if announced.isdecimal() and int(announced) > max_bytes:
        raise _too_large(max_bytes)
    pieces, size = [], 0
    async for piece in response.aiter_stream():
        size += len(piece)
        if size > max_bytes:
            raise _too_large(max_bytes)
        pieces.append(piece)
    return b"".join(pieces)


def _too_large(max_bytes: int) -> OutboundFailed:
    return OutboundFailed(
        f"Le fichier dépasse {max_bytes // 1024**2} Mo.", code="url-too-large"
    )


def _media_type(response: httpcore.Response) -> str:
    said = _header(response, b"content-type") or ""
    return said.split(";")[0].strip().lower()


def _header(response: httpcore.Response, name: bytes) -> str | None:
    for key, value in response.headers:
        if key.lower() == name:
            return value.decode("latin-1").strip()
    return None
