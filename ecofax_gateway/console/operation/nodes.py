"""
The nodes of the gateway: which live, since when not, and what they are doing.

I/O: the store.
"""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from ...store import nodes
from ...store.nodes import NodeStatus
from ...web.desk import AtDesk
from ..page import page
from .access import Operating
from .queue import SILENT_AFTER

router = APIRouter()


@router.get("/operator/nodes")
async def show_nodes(
    request: Request, desk: AtDesk, session: Operating
) -> HTMLResponse:
    """Show all nodes."""
    known, calling, making = await desk.db.read(_look)
    return page(
        request,
        session,
        "operator/nodes.html",
        nodes=known,
        calling=calling,
        making=making,
        now=desk.clock(),
        silent_after=SILENT_AFTER,
    )


def _look(
    conn: Connection,
) -> tuple[list[NodeStatus], Mapping[str, int], Mapping[str, int]]:
    return nodes.listing(conn), nodes.calling(conn), nodes.making(conn)
