"""
Proofs of drafts: the same pages, sent to a few numbers first.

I/O: the database, through the caller's transaction.
"""

from sqlalchemy import Connection, exists, select

from ..domain.campaign import Relation
from ..domain.fax import FaxState
from .tables import campaign, fax


def has_arrived(conn: Connection, ref: str) -> bool:
    """Whether a proof of a draft has arrived."""
    arrived = exists().where(
        campaign.c.origin == ref,
        campaign.c.relation == Relation.PROOF,
        fax.c.campaign_id == campaign.c.id,
        fax.c.state == FaxState.SENT,
    )
    return bool(conn.execute(select(arrived)).scalar())


def of_draft(conn: Connection, ref: str) -> list[str]:
    """References of the proofs that were made of a draft, the newest first."""
    query = select(campaign.c.ref).where(
        campaign.c.origin == ref, campaign.c.relation == Relation.PROOF
    )
    return list(conn.execute(query.order_by(campaign.c.id.desc())).scalars())
