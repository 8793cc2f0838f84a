"""
Webhooks and the events that they are told of.

I/O: the store.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy import Connection

from ..domain.api_token import Scope
from ..domain.event import EventKind
from ..outbound.destination import MAX_URL_CHARS
from ..pipeline import hooks
from ..store import deliveries, events, webhooks
from ..store.states import DeliveryState
from ..store.webhooks import Webhook
from ..web.desk import AtDesk
from ..web.mistake import NotFound
from .caller import Caller, needs
from .model import PAGE, Cursor, Instant, Limit, Model, Page, Reference
from .problem import answers

router = APIRouter(tags=["webhooks"])

Uses = Annotated[Caller, needs(Scope.WEBHOOKS)]

Url = Annotated[
    str, Field(max_length=MAX_URL_CHARS, examples=["https://example.net/fax-events"])
]


class WebhookBody(Model):
    """A webhook to be."""

    url: Url
    events: set[EventKind] = Field(set(), description="Empty: all.")


class WebhookChanges(Model):
    """What is to be otherwise."""

    url: Url | None = None
    events: set[EventKind] | None = None
    active: bool | None = None


class WebhookView(Model):
    """Where events go."""

    id: str
    url: str
    events: list[EventKind]
    active: bool
    failures: int = Field(description="Events given up one after the other.")
    creation_date: Instant


class WebhookMade(WebhookView):
    """A webhook, and the secret that its messages are signed with, shown this once."""

    secret: str


class DeliveryView(Model):
    """A message to a webhook."""

    event: str = Field(description="Its Webhook-Id.")
    type: EventKind
    event_date: Instant
    status: DeliveryState
    tries: int
    next_try_date: Instant | None
    answer: int | None = Field(description="The last HTTP status; null: no answer.")
    error: str


class EventView(Model):
    """What happened."""

    id: str
    type: EventKind
    date: Instant
    data: dict[str, Any]


@router.get("/webhooks", operation_id="listWebhooks")
async def list_webhooks(desk: AtDesk, caller: Uses) -> Page[WebhookView]:
    """Give the line's webhooks."""
    known = await desk.db.read(webhooks.listing, caller.line)
    return Page(items=[_view(each) for each in known], next_cursor=None)


@router.post(
    "/webhooks", operation_id="createWebhook", status_code=201, responses=answers(409)
)
async def make_webhook(desk: AtDesk, caller: Uses, body: WebhookBody) -> WebhookMade:
    """Have events of the line told to a URL."""
    new = await desk.db.tx(
        hooks.make, caller.line, url=body.url, events=body.events, now=desk.clock()
    )
    return WebhookMade(**_view(new).model_dump(), secret=new.secret)


@router.get("/webhooks/{reference}", operation_id="getWebhook", responses=answers(404))
async def get_webhook(desk: AtDesk, caller: Uses, reference: Reference) -> WebhookView:
    """Show a webhook."""
    return _view(await desk.db.read(_mine, caller, reference))


@router.patch(
    "/webhooks/{reference}", operation_id="changeWebhook", responses=answers(404)
)
async def change_webhook(
    desk: AtDesk, caller: Uses, reference: Reference, body: WebhookChanges
) -> WebhookView:
    """Change a webhook; switched on again, it begins without failures."""
    url = None if body.url is None else hooks.checked(body.url)

    def change(conn: Connection) -> Webhook:
        webhooks.change(
            conn,
            caller.line,
            reference,
            url=url,
            events=body.events,
            active=body.active,
        )
        return _mine(conn, caller, reference)

    return _view(await desk.db.tx(change))


@router.delete(
    "/webhooks/{reference}",
    operation_id="deleteWebhook",
    status_code=204,
    responses=answers(404),
)
async def delete_webhook(desk: AtDesk, caller: Uses, reference: Reference) -> None:
    """Tell it nothing any more."""
    if not await desk.db.tx(webhooks.remove, caller.line, reference):
        raise NotFound


@router.post(
    "/webhooks/{reference}/secret",
    operation_id="renewWebhookSecret",
    responses=answers(404),
)
async def renew_secret(desk: AtDesk, caller: Uses, reference: Reference) -> WebhookMade:
    """Sign its messages with a new secret from now on, shown this once."""

    def renew(conn: Connection) -> Webhook:
        webhooks.change(conn, caller.line, reference, secret=hooks.fresh_secret())
        return _mine(conn, caller, reference)

    renewed = await desk.db.tx(renew)
    return WebhookMade(**_view(renewed).model_dump(), secret=renewed.secret)


@router.post(
    "/webhooks/{reference}/test",
    operation_id="testWebhook",
    status_code=202,
    responses=answers(404),
)
async def test_webhook(desk: AtDesk, caller: Uses, reference: Reference) -> WebhookView:
    """Send it a test event."""

    def test(conn: Connection) -> Webhook:
        found = _mine(conn, caller, reference)
        events.record_test(conn, caller.line, reference, now=desk.clock())
        return found

    return _view(await desk.db.tx(test))


@router.get(
    "/webhooks/{reference}/deliveries",
    operation_id="listDeliveries",
    responses=answers(404),
)
async def list_deliveries(
    desk: AtDesk, caller: Uses, reference: Reference
) -> Page[DeliveryView]:
    """Give the last messages to a webhook, newest first."""

    def look(conn: Connection) -> list[deliveries.DeliveryStatus]:
        _mine(conn, caller, reference)
        return deliveries.listing(conn, reference)

    found = await desk.db.read(look)
    return Page(items=[_delivery(each) for each in found], next_cursor=None)


@router.get("/events", operation_id="listEvents")
async def list_events(
    desk: AtDesk,
    caller: Uses,
    type_: Annotated[EventKind | None, Query(alias="type")] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Page[EventView]:
    """
    Give what happened, newest first. Events are written while a line has a webhook.
    """
    found = await desk.db.read(
        events.listing,
        caller.line,
        before=int(cursor) if cursor else None,
        kind=type_,
        limit=limit,
    )
    return Page(
        items=[_event(each) for each in found],
        next_cursor=str(found[-1].id) if len(found) == limit else None,
    )


def _mine(conn: Connection, caller: Caller, webhook_id: str) -> Webhook:
    found = webhooks.get(conn, caller.line, webhook_id)
    if found is None:
        raise NotFound
    return found


def _view(webhook: Webhook) -> WebhookView:
    return WebhookView(
        id=webhook.id,
        url=webhook.url,
        events=sorted(webhook.events),
        active=webhook.active,
        failures=webhook.failures,
        creation_date=webhook.created_at,
    )


def _delivery(status: deliveries.DeliveryStatus) -> DeliveryView:
    pending = status.state is DeliveryState.PENDING
    return DeliveryView(
        event=status.ref,
        type=EventKind(status.kind),
        event_date=status.at,
        status=status.state,
        tries=status.tries,
        next_try_date=status.next_try_at if pending else None,
        answer=status.status,
        error=status.error,
    )


def _event(found: events.Event) -> EventView:
    return EventView(
        id=found.ref, type=found.kind, date=found.at, data=found.body["data"]
    )
