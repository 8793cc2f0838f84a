"""
The line: its settings, what it may still send, its tokens.

I/O: the store.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import Connection

from ..domain.api_token import Scope
from ..domain.errors import OrderRefused
from ..domain.language import Language
from ..domain.line import FaxLine, MailFormat, Plan, ProofFormat
from ..domain.quota import Quota
from ..pipeline import line_settings, tokens
from ..pipeline.line_settings import (
    MAX_COPIES,
    MAX_NAME_CHARS,
    MAX_TAG_CHARS,
    MAX_TRIES,
)
from ..store import api_tokens, lines, quotas
from ..store.api_tokens import KnownToken
from ..web.desk import AtDesk
from .caller import Caller, needs
from .model import Instant, Line, Model, Page, Reference
from .problem import Problem, answers
from .shape import FaxQuality

router = APIRouter(tags=["line"])

Reads = Annotated[Caller, needs(Scope.LINE_READ)]
Writes = Annotated[Caller, needs(Scope.LINE_WRITE)]


class LineSettings(Model):
    """A fax line."""

    number: str
    name: str
    plan: Plan
    fax_quality: FaxQuality = Field(description="Where an order names none.")
    fax_tag_line: str = Field(description="Printed on every page, before the number.")
    fax_max_call: int | None = Field(
        description="Calls at most for one fax; null: as the gateway is set up."
    )
    from_name: str | None = Field(description="Whom replies are from.")
    from_email: str | None = Field(description="The address that they are from.")
    redirection_email: list[str] = Field(description="Who gets copies of replies.")
    mail_format: MailFormat
    language: Language
    has_proof: bool = Field(description="Confirmations carry the pages.")
    proof_format: ProofFormat
    combine: bool = Field(description="Faxes to one number may share a call.")


class LineChanges(Model):
    """
    What is to be otherwise; what is not there stays, an empty text is the default.
    """

    fax_quality: FaxQuality | None = None
    fax_tag_line: str | None = Field(None, max_length=MAX_TAG_CHARS)
    fax_max_call: int | None = Field(None, ge=1, le=MAX_TRIES)
    from_name: str | None = Field(None, max_length=MAX_NAME_CHARS)
    from_email: str | None = Field(None, max_length=254)
    redirection_email: list[Line] | None = Field(None, max_length=MAX_COPIES)
    mail_format: MailFormat | None = None
    language: Language | None = None
    has_proof: bool | None = None
    proof_format: ProofFormat | None = None
    combine: bool | None = None


class Credit(Model):
    """What a line may send; null is no limit."""

    pages_per_day: int | None
    pages_per_month: int | None
    pages_today: int
    pages_this_month: int
    credit: int | None = Field(description="Prepaid pages that are left.")


class TokenView(Model):
    """A token, without its secret."""

    id: str
    name: str
    scopes: list[Scope]
    creation_date: Instant
    last_use_date: Instant | None = Field(description="To a minute.")
    expiration_date: Instant | None
    is_valid: bool


class NewToken(Model):
    """A token to be."""

    name: Line = Field(min_length=1, examples=["Logiciel de gestion"])
    scopes: set[Scope] = Field(min_length=1)
    expiration_date: Instant | None = None


class TokenMade(TokenView):
    """A new token; its secret is shown this once."""

    token: str


@router.get("/line", operation_id="getLine", responses=answers(404))
async def get_line(desk: AtDesk, caller: Reads) -> LineSettings:
    """Show the line."""
    found = await desk.db.read(lines.get, caller.line)
    if found is None:
        raise OrderRefused(f"La ligne {caller.line} n'existe plus.", code="no-line")
    return _settings(found)


@router.patch("/line", operation_id="changeLine", responses=answers(404))
async def change_line(desk: AtDesk, caller: Writes, body: LineChanges) -> LineSettings:
    """Change what the line sets for itself."""
    given = body.model_dump(exclude_unset=True)
    wishes = {_FIELDS[name]: value for name, value in given.items()}
    if body.fax_quality is not None:
        wishes["quality"] = body.fax_quality.quality
    for name in _NEVER_NONE:
        if wishes.get(name, 0) is None:
            del wishes[name]
    changed = await desk.db.tx(
        line_settings.change,
        caller.line,
        wishes,
        domain=desk.answer.domain,
        now=desk.clock(),
    )
    return _settings(changed)


@router.get("/line/credit", operation_id="getCredit")
async def get_credit(desk: AtDesk, caller: Reads) -> Credit:
    """Show what the line may still send."""

    def look(conn: Connection) -> Credit:
        limits = quotas.get(conn, caller.line) or Quota()
        used = quotas.used(conn, caller.line, zone=limits.zone, now=desk.clock())
        return Credit(
            pages_per_day=limits.pages_per_day,
            pages_per_month=limits.pages_per_month,
            pages_today=used.day,
            pages_this_month=used.month,
            credit=limits.credit,
        )

    return await desk.db.read(look)


@router.get("/tokens", operation_id="listTokens")
async def list_tokens(desk: AtDesk, caller: Reads) -> Page[TokenView]:
    """Give the line's tokens, without their secrets."""
    known = await desk.db.read(api_tokens.listing, caller.line)
    now = desk.clock()
    views = [_token(each, is_valid=each.is_valid(now)) for each in known]
    return Page(items=views, next_cursor=None)


@router.post(
    "/tokens",
    operation_id="createToken",
    status_code=201,
    responses=answers(409),
)
async def make_token(desk: AtDesk, caller: Writes, body: NewToken) -> TokenMade:
    """Make a token with scopes that the caller has, too."""
    beyond = body.scopes - caller.token.scopes
    if beyond:
        raise Problem(
            HTTPStatus.FORBIDDEN,
            "missing-scope",
            f"The token does not have the scope {min(beyond)} itself.",
        )
    now = desk.clock()
    token = await desk.db.tx(
        tokens.make,
        caller.line,
        name=body.name,
        scopes=body.scopes,
        expires_at=body.expiration_date,
        now=now,
    )
    return TokenMade(
        id=token.id,
        name=body.name,
        scopes=sorted(body.scopes),
        creation_date=now,
        last_use_date=None,
        expiration_date=body.expiration_date,
        is_valid=body.expiration_date is None or now < body.expiration_date,
        token=str(token),
    )


@router.delete(
    "/tokens/{reference}",
    operation_id="revokeToken",
    status_code=204,
    responses=answers(404),
)
async def revoke_token(desk: AtDesk, caller: Writes, reference: Reference) -> None:
    """Let a token open nothing any more."""
    if not await desk.db.tx(
        api_tokens.revoke, caller.line, reference, now=desk.clock()
    ):
        raise Problem(
            HTTPStatus.NOT_FOUND, "not-found", "There is no such valid token."
        )


_FIELDS = {
    "fax_quality": "quality",
    "fax_tag_line": "tag_line",
    "fax_max_call": "max_tries",
    "from_name": "from_name",
    "from_email": "from_email",
    "redirection_email": "copies",
    "mail_format": "mail_format",
    "language": "language",
    "has_proof": "proof",
    "proof_format": "proof_format",
    "combine": "combine",
}
_NEVER_NONE = ("copies", "mail_format", "language", "proof", "proof_format", "combine")


def _settings(line: FaxLine) -> LineSettings:
    return LineSettings(
        number=line.number,
        name=line.name,
        plan=line.plan,
        fax_quality=FaxQuality.of(line.default_quality),
        fax_tag_line=line.printed_name,
        fax_max_call=line.max_tries,
        from_name=line.from_name,
        from_email=line.from_email,
        redirection_email=list(line.copies),
        mail_format=line.mail_format,
        language=line.language,
        has_proof=line.proof,
        proof_format=line.proof_format,
        combine=line.combine,
    )


def _token(known: KnownToken, *, is_valid: bool) -> TokenView:
    return TokenView(
        id=known.id,
        name=known.name,
        scopes=sorted(known.scopes),
        creation_date=known.created_at,
        last_use_date=known.used_at,
        expiration_date=known.expires_at,
        is_valid=is_valid,
    )
