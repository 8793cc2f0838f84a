"""
The nodes of the gateway: which live, since when not, and what they are doing.

I/O: the store.
"""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from ...domain.role import Role
from ...store import nodes
from ...store.nodes import NodeStatus
from ...web.desk import AtDesk
from ..page import page
from .access import Operating
from .queue import SILENT_AFTER, idle_roles

router = APIRouter()


@router.get("/operator/nodes")
async def show_nodes(
    request: Request, desk: AtDesk, session: Operating
) -> HTMLResponse:
    """Show all nodes."""
    now = desk.clock()
    known, calling, making = await desk.db.read(_look)
    return page(
        request,
        session,
        "operator/nodes.html",
        nodes=known,
        roles={each.name: [role for role in Role if each.does(role)] for each in known},
        idle=await desk.db.read(idle_roles, now=now),
        calling=calling,
        making=making,
        now=now,
        silent_after=SILENT_AFTER,
    )


def _look(
    conn: Connection,
) -> tuple[list[NodeStatus], Mapping[str, int], Mapping[str, int]]:
    return nodes.listing(conn), nodes.calling(conn), nodes.making(conn)
