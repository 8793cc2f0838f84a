"""
Pages: a template, who looks at it, and the values it shows.

I/O: reads the templates.
"""

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..domain.language import Tongue
from ..web.desk import Desk
from ..web.language import preferred
from ..web.session import CSRF_FIELD, Session
from .language import Words
from .showing import Showing

FOLDER = Path(__file__).parent

TONGUE_COOKIE = "ecofax-tongue"
"""Of a browser where nobody is logged in."""

_templates = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,  # a look at each file for each part of each page
)


def tongue_of(request: Request, session: Session | None = None) -> Tongue:
    """The language somebody reads: as he chose, else as his browser asks."""
    if session is not None:
        return session.known.tongue
    chosen = request.cookies.get(TONGUE_COOKIE, "")
    if chosen in {*Tongue}:
        return Tongue(chosen)
    return preferred(request.headers.get("accept-language", ""))


def page(
    request: Request,
    session: Session | None,
    template: str,
    *,
    status: int = 200,
    **values: Any,
) -> HTMLResponse:
    """
    Answer with a page, or with a part of one that htmx asked for.

    Args:
        session: None: nobody is logged in.

        template: Its path below `templates/`.

        values: What it shows, besides what every page has: `t` (says French in the
            reader's language), `show` (numbers and dates), `me` (the principal, or
            None), `csrf` (value of the form field `CSRF_FIELD`), `tongue`, `path`.
    """
    tongue = tongue_of(request, session)
    html = render(
        template,
        tongue,
        request.app.state.desk,
        me=session.principal if session else None,
        csrf=session.known.csrf if session else "",
        path=request.url.path,
        query=request.url.query,
        **values,
    )
    return HTMLResponse(html, status_code=status, headers={"vary": "HX-Request"})


def render(template: str, tongue: Tongue, desk: Desk, **values: Any) -> str:
    """Write a template in one language; what is live is written once for all."""
    return _templates.get_template(template).render(
        t=Words(tongue),
        show=Showing(tongue, desk.zone),
        tongue=tongue,
        csrf_field=CSRF_FIELD,
        **values,
    )


def wants_part(request: Request) -> bool:
    """Whether htmx asks for a part of the page; going back asks for the whole."""
    headers = request.headers
    return "hx-request" in headers and "hx-history-restore-request" not in headers
