"""
What a call knows of its trunk's challenges, and its answers to them.

Pure: no I/O, no clock, no randomness: cnonces come from *token*.

Standards:
    RFC 3261 §22.2, §22.3 -- 401 and 407
    RFC 8760 §2.4 -- of several challenges of one realm, the topmost that is supported
    RFC 7616 §3.3 -- stale; §3.4 -- nc counts the uses of a nonce
"""

from collections import Counter
from collections.abc import Callable

from .digest import Challenge, Credentials, answer, parse_challenges
from .message import Request, Response

MAX_STALE = 2
"""How often one request follows "your nonce is too old" before it is an endless loop."""

_HEADERS = {
    401: ("WWW-Authenticate", "Authorization"),
    407: ("Proxy-Authenticate", "Proxy-Authorization"),
}

Realm = tuple[int, str]
"""401 or 407, and the realm's name."""

Tries = Counter[Realm]
"""What one request has already answered; a fresh one for each new request."""


class Authentication:
    """
    Answers the challenges of one dialog.

    Args:
        credentials: None: no challenge is answered.

        token: Fresh random text for cnonces.
    """

    def __init__(
        self, credentials: Credentials | None, *, token: Callable[[], str]
    ) -> None:
        self._credentials = credentials
        self._token = token
        self._challenges: dict[Realm, Challenge] = {}
        self._uses: Counter[Realm] = Counter()

    def learn(self, response: Response, tries: Tries) -> bool:
        """
        Take in a 401 or 407.

        Args:
            response: Any final response.

            tries: Of the request it answers; counted here.

        Returns:
            Whether the request is worth sending again: there is a challenge that it
            did not answer yet, or its answer was only too old.
        """
        if response.status not in _HEADERS or self._credentials is None:
            return False
        name = _HEADERS[response.status][0]
        is_new = False
        seen = set()
        for challenge in parse_challenges(response.all_headers(name)):
            realm = (response.status, challenge.realm)
            if realm in seen or not challenge.is_supported:
                continue
            seen.add(realm)
            tries[realm] += 1
            stale_again = challenge.is_stale and tries[realm] <= 1 + MAX_STALE
            if tries[realm] == 1 or stale_again:
                self._challenges[realm] = challenge
                self._uses[realm] = 0
                is_new = True
        return is_new

    def headers(self, method: str, uri: str, body: bytes) -> list[tuple[str, str]]:
        """Answers to every challenge known, for one request."""
        if self._credentials is None:
            return []
        headers = []
        for realm, challenge in self._challenges.items():
            self._uses[realm] += 1
            value = answer(
                challenge,
                username=self._credentials.username,
                password=self._credentials.password,
                method=method,
                uri=uri,
                body=body,
                nc=self._uses[realm],
                cnonce=self._token(),
            )
            headers.append((_HEADERS[realm[0]][1], value))
        return headers


def credentials_of(request: Request) -> list[tuple[str, str]]:
    """The answers in a request, for the ACK of its 2xx. RFC 3261 §22.1."""
    names = {name.lower() for _, name in _HEADERS.values()}
    return [(n, v) for n, v in request.headers if n.lower() in names]
