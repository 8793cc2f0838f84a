"""
« Réglages »: what a line sets for itself, and where somebody is logged in.

I/O: the store.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from ..domain.document import Quality
from ..domain.errors import OrderRefused
from ..domain.language import Language
from ..domain.line import FaxLine, MailFormat, ProofFormat
from ..pipeline import line_settings
from ..store import lines, web_sessions
from ..web.desk import AtDesk, Desk
from ..web.refusal import sentence
from ..web.session import Acting, LoggedIn, Session
from .own_line import LineToChange, line_of, of_line
from .page import page, tongue_of

router = APIRouter()

DONE = ("saved", "revoked", "removed", "tested", "switched")
"""What a page can be asked to say was done."""

_FIELD_OF = {
    "bad-tag-line": "tag_line",
    "bad-from-name": "from_name",
    "bad-from-email": "from_email",
    "bad-copies": "copies",
    "bad-tries": "max_tries",
}
"""Which field a refusal is about, by its code."""

_NO_PROOF = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The form of a line's settings, as it was typed."""

    tag_line: str = ""
    quality: str = ""
    max_tries: str = ""
    from_name: str = ""
    from_email: str = ""
    copies: str = ""
    mail_format: str = MailFormat.HTML
    proof: str = _NO_PROOF
    language: str = Language.BOTH
    combine: bool = False

    @classmethod
    def of(cls, line: FaxLine) -> "Typed":
        """As the line is set."""
        return cls(
            tag_line=line.tag_line or "",
            quality=line.quality or "",
            max_tries=str(line.max_tries or ""),
            from_name=line.from_name or "",
            from_email=line.from_email or "",
            copies="\n".join(line.copies),
            mail_format=line.mail_format,
            proof=line.proof_format if line.proof else _NO_PROOF,
            language=line.language,
            combine=line.combine,
        )

    @property
    def wishes(self) -> dict[str, Any]:
        """As `line_settings.change` takes them."""
        tries = self.max_tries.strip()
        wishes: dict[str, Any] = {
            "tag_line": self.tag_line,
            "quality": Quality(self.quality) if self.quality in {*Quality} else None,
            "max_tries": _number(tries) if tries else None,
            "from_name": self.from_name,
            "from_email": self.from_email,
            "copies": tuple(self.copies.replace(",", "\n").splitlines()),
            "proof": self.proof != _NO_PROOF,
            "combine": self.combine,
        }
        if self.mail_format in {*MailFormat}:
            wishes["mail_format"] = MailFormat(self.mail_format)
        if self.proof in {*ProofFormat}:
            wishes["proof_format"] = ProofFormat(self.proof)
        if self.language in {*Language}:
            wishes["language"] = Language(self.language)
        return wishes


async def typed(
    tag_line: Annotated[str, Form()] = "",
    quality: Annotated[str, Form()] = "",
    max_tries: Annotated[str, Form()] = "",
    from_name: Annotated[str, Form()] = "",
    from_email: Annotated[str, Form()] = "",
    copies: Annotated[str, Form()] = "",
    mail_format: Annotated[str, Form()] = MailFormat.HTML,
    proof: Annotated[str, Form()] = _NO_PROOF,
    language: Annotated[str, Form()] = Language.BOTH,
    combine: Annotated[str, Form()] = "",
) -> Typed:
    """Read the fields of the form, as a route's dependency."""
    return Typed(
        tag_line=tag_line,
        quality=quality,
        max_tries=max_tries,
        from_name=from_name,
        from_email=from_email,
        copies=copies,
        mail_format=mail_format,
        proof=proof,
        language=language,
        combine=bool(combine),
    )


@router.get("/settings")
async def show_settings(
    request: Request, desk: AtDesk, session: LoggedIn, line: str = "", done: str = ""
) -> Response:
    """Show a line's settings; to an operator, who chose none, the lines."""
    if session.principal.is_operator and not line:
        known = await desk.db.read(lines.listing)
        return page(request, session, "settings/lines.html", lines=known)
    its = await line_of(desk, session, line)
    return _page(request, session, desk, its, Typed.of(its), done=done)


@router.post("/settings")
async def change_settings(
    request: Request,
    desk: AtDesk,
    session: Acting,
    its: LineToChange,
    form: Annotated[Typed, Depends(typed)],
) -> Response:
    """Change a line's settings, or show the form again with what is wrong."""
    try:
        await desk.db.tx(
            line_settings.change,
            its.number,
            form.wishes,
            domain=desk.answer.domain,
            now=desk.clock(),
        )
    except OrderRefused as refusal:
        said = sentence(refusal, tongue_of(request, session))
        errors = {_FIELD_OF.get(refusal.code, ""): said}
        return _page(request, session, desk, its, form, errors=errors)
    return RedirectResponse(f"/settings?done=saved{of_line(session, its)}", 303)


@router.get("/settings/sessions")
async def show_sessions(request: Request, desk: AtDesk, session: LoggedIn) -> Response:
    """Show where somebody is logged in."""
    sessions = await desk.db.read(web_sessions.of, session.principal)
    return page(
        request,
        session,
        "settings/sessions.html",
        sessions=sessions,
        here=session.known,
    )


def said_done(done: str) -> str:
    """What was done, if it is something that we say."""
    return done if done in DONE else ""


def _page(
    request: Request,
    session: Session,
    desk: Desk,
    line: FaxLine,
    form: Typed,
    *,
    errors: dict[str, str] | None = None,
    done: str = "",
) -> Response:
    return page(
        request,
        session,
        "settings/line.html",
        status=422 if errors else 200,
        its=line,
        form=form,
        errors=errors or {},
        domain=desk.answer.domain,
        limits=line_settings,
        done=said_done(done),
    )


def _number(text: str) -> int:
    """A small whole number; anything else is one that no setting allows."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
