"""
A program sends a fax by the API; the machine prints it, and a webhook is told.
"""

import base64
import hashlib
import hmac
import queue
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from zoneinfo import ZoneInfo

import httpx
import pytest

from converters.fax_file import same_pixels
from ecofax_gateway.domain.api_token import Scope
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.pipeline import sheets, tokens
from ecofax_gateway.store import faxes, lines

from ..programs import LINE, QUOTE

CONSOLE = """\
[console]
listen = "127.0.0.1:0"
outbound_networks = ["127.0.0.0/8"]
"""


class Hook(BaseHTTPRequestHandler):
    """Keeps what it is told."""

    heard: "queue.Queue[tuple[dict[str, str], bytes]]" = queue.Queue()

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.heard.put((headers, content))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def hook() -> Iterator[HTTPServer]:
    """A web server that keeps what it is told."""
    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    yield server

    server.shutdown()
    thread.join()
    server.server_close()


def token_of(gateway) -> str:
    """A token that may do everything for the gateway's line."""
    db = gateway.store()
    number = f"+33{LINE[1:]}"
    values = {"name": "x", "scopes": list(Scope), "now": datetime.now(UTC)}
    token = db.sync_tx(tokens.make, number, **values)
    db.close()
    return str(token)


def as_composed(gateway, fax: str) -> tuple[FaxLine, bytes]:
    """The line at the time of a fax's call, and the pages that were sent for it."""
    db = gateway.store()
    [call] = db.sync_read(faxes.attempts, fax)
    line = db.sync_read(lines.as_of, f"+33{LINE[1:]}", call.claimed_at)
    zone = ZoneInfo("Europe/Paris")
    pages = db.sync_read(sheets.pages_of_attempt, fax, call.n, zone=zone)
    db.close()
    return line, pages


def test_a_fax_by_the_api_is_printed_and_told(gateway, fax_machine, hook):
    far_end = fax_machine()
    house = gateway(far_end, more=CONSOLE)
    origin = house.daemon.wait_for(r"console +(http://127\.0\.0\.1:\d+)")[1]
    bearer = {"authorization": f"Bearer {token_of(house)}"}
    with httpx.Client(base_url=f"{origin}/api/v1", headers=bearer, timeout=60) as api:
        url = f"http://127.0.0.1:{hook.server_port}/told"
        events = ["fax.sent", "campaign.finished"]
        webhook = api.post("/webhooks", json={"url": url, "events": events}).json()
        api.patch("/line", json={"faxTagLine": "CABINET ZEPHYR"})
        content = base64.b64encode(QUOTE.read_bytes()).decode()
        document = {"name": QUOTE.name, "content": content}
        order = {"numbers": ["0972101010"], "documents": [document]}
        [fax] = api.post("/faxes", json=order).json()["faxes"]
        told = [Hook.heard.get(timeout=240) for _ in events]
        sent = api.get(f"/faxes/{fax}").json()
        proof = api.get(f"/faxes/{fax}/proof.pdf").content

    assert sent["status"] == "sent"
    assert sent["pagesConfirmed"] >= 1
    assert proof.startswith(b"%PDF")
    line, pages = as_composed(house, fax)
    assert line.printed_name == "CABINET ZEPHYR"
    assert same_pixels(far_end.printed("0972101010"), pages) == []
    kinds = sorted(re.search(rb'"type": "([^"]+)"', body)[1] for _, body in told)
    assert kinds == [b"campaign.finished", b"fax.sent"]
    for headers, body in told:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode()
        key = base64.b64decode(webhook["secret"].removeprefix("whsec_"))
        digest = hmac.new(key, signed + body, hashlib.sha256).digest()
        expected = "v1," + base64.b64encode(digest).decode()
        assert headers["webhook-signature"] == expected
