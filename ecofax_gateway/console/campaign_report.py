"""
The report of a campaign as a file: a table for a spreadsheet or a program, or paper.

I/O: the store.
"""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy import Connection

from ..domain.principal import Principal
from ..pipeline import report_csv, report_pdf
from ..pipeline.report_rows import Row, Summary, row_of, summary_of
from ..store.results import results
from ..web.access import campaign_of
from ..web.desk import AtDesk
from ..web.session import LoggedIn

router = APIRouter()


@router.get("/campaigns/{ref}/report.csv")
async def give_csv(
    request: Request, desk: AtDesk, session: LoggedIn, ref: str, program: str = ""
) -> StreamingResponse:
    """Give the table: for a French spreadsheet, or as RFC 4180 for a program."""
    async with request.app.state.reports:
        _, rows = await desk.db.read(_told, session.principal, ref)
    write = report_csv.rfc4180 if program else report_csv.spreadsheet
    return StreamingResponse(
        write(rows, zone=desk.zone),
        media_type="text/csv; charset=utf-8; header=present",
        headers=_as_file(f"campagne-{ref}.csv"),
    )


@router.get("/campaigns/{ref}/report.pdf")
async def give_pdf(
    request: Request, desk: AtDesk, session: LoggedIn, ref: str
) -> Response:
    """Give the paper."""
    async with request.app.state.reports:
        summary, rows = await desk.db.read(_told, session.principal, ref)
        pdf = await asyncio.to_thread(
            report_pdf.pdf, summary, rows, zone=desk.zone, at=desk.clock()
        )
    return Response(
        pdf,
        media_type="application/pdf",
        headers=_as_file(f"campagne-{ref}.pdf"),
    )


def _told(
    conn: Connection, principal: Principal, ref: str
) -> tuple[Summary, list[Row]]:
    campaign = campaign_of(conn, principal, ref)
    rows = [row_of(campaign, fax) for fax in results(conn, ref)]
    return summary_of(campaign), rows


def _as_file(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}
