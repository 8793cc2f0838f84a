"""
What is said to the database of every call: statements that calls share.

Pure: no I/O, no clock, no randomness.

Every one that changes a fax names its owner: node, epoch and attempt.
"""

from typing import Any

from sqlalchemy import JSON, Boolean, Float, Integer
from sqlalchemy.types import TypeEngine

from ..domain.fax import FaxState, Phase
from ..domain.outcome import Ending
from .shared import Kind, Shared
from .types import PlainText, UtcTime, Word

_ORDER = list(Phase)

_OWNER: dict[str, TypeEngine[Any]] = {
    "of_id": Integer(),
    "of_node": PlainText(),
    "of_epoch": Integer(),
    "of_attempt": Integer(),
}
_IS_ATTEMPT = """
    fax.id = given.of_id AND fax.node = given.of_node AND fax.epoch = given.of_epoch
    AND fax.attempt = given.of_attempt
"""
_CAN_STILL_LEAVE = f"""
    {_IS_ATTEMPT} AND fax.state = 'dialing' AND fax.phase = 'claimed'
    AND NOT fax.cancel_requested
"""
_THIS_ATTEMPT = "attempt.fax_id = given.of_id AND attempt.n = given.of_attempt"
_RANK = " ".join(f"WHEN '{phase}' THEN {n}" for n, phase in enumerate(_ORDER))

MAY_INTEND = Shared(
    f"""
    SELECT fax.id AS of_id FROM given JOIN fax ON {_CAN_STILL_LEAVE}
    """,  # noqa: S608 -- our own words
    given=_OWNER,
    key=["of_id"],
    locks="fax",
)

INTEND = Shared(
    f"""
    UPDATE fax SET phase = 'inviting', updated_at = given.moment FROM given
    WHERE {_CAN_STILL_LEAVE} RETURNING fax.id AS of_id
    """,  # noqa: S608 -- our own words
    given={**_OWNER, "moment": UtcTime()},
    key=["of_id"],
)
INTEND_ATTEMPT = Shared(
    f"""
    UPDATE attempt SET phase = 'inviting', started_at = given.moment,
        pages_sha256 = given.sha256, rode_with = given.with_ref
    FROM given WHERE {_THIS_ATTEMPT} RETURNING attempt.fax_id AS of_id
    """,  # noqa: S608 -- our own words
    given={
        **_OWNER,
        "moment": UtcTime(),
        "sha256": PlainText(),
        "with_ref": PlainText(),
    },
    key=["of_id"],
)

PROGRESS = Shared(
    f"""
    UPDATE fax SET
        phase = CASE WHEN CASE fax.phase {_RANK} END > given.to_rank THEN fax.phase
            ELSE given.to_phase END,
        pages_confirmed = CASE WHEN fax.pages_confirmed < given.in_all
            THEN given.in_all ELSE fax.pages_confirmed END,
        updated_at = given.moment
    FROM given WHERE {_IS_ATTEMPT} AND fax.state = 'dialing' AND fax.phase <> 'claimed'
    RETURNING fax.id AS of_id, fax.phase, fax.pages_confirmed
    """,  # noqa: S608 -- our own words
    given={
        **_OWNER,
        "moment": UtcTime(),
        "to_phase": Word(Phase),
        "to_rank": Integer(),
        "in_all": Integer(),
    },
    key=["of_id"],
    returns={"phase": Word(Phase), "pages_confirmed": Integer()},
)
"""Neither phase nor pages ever go back."""

PROGRESS_ATTEMPT = Shared(
    f"""
    UPDATE attempt SET phase = given.to_phase, pages_confirmed = given.in_call,
        answered_at = CASE WHEN given.is_answered
            THEN coalesce(attempt.answered_at, given.moment) ELSE attempt.answered_at END
    FROM given WHERE {_THIS_ATTEMPT} RETURNING attempt.fax_id AS of_id
    """,  # noqa: S608 -- our own words
    given={
        **_OWNER,
        "moment": UtcTime(),
        "to_phase": Word(Phase),
        "is_answered": Boolean(),
        "in_call": Integer(),
    },
    key=["of_id"],
)

HISTORY = Shared(
    """
    SELECT attempt.fax_id AS of_id, attempt.n, attempt.claimed_at, attempt.started_at,
        attempt.ending, attempt.fax_met, attempt.trunk
    FROM given JOIN attempt ON attempt.fax_id = given.of_id
    ORDER BY attempt.fax_id, attempt.n
    """,
    given={"of_id": Integer()},
    key=["of_id"],
    returns={
        "claimed_at": UtcTime(),
        "started_at": UtcTime(),
        "ending": Word(Ending),
        "fax_met": Boolean(),
    },
    kind=Kind.READ,
)

IS_CANCELLED = Shared(
    """
    SELECT fax.id AS of_id FROM given JOIN fax ON fax.id = given.of_id
    WHERE fax.cancel_requested
    """,
    given={"of_id": Integer()},
    key=["of_id"],
    kind=Kind.READ,
)

LAST_LOOK = Shared(
    f"""
    SELECT fax.id AS of_id, fax.state, fax.busy, fax.cancel_requested,
        fax.pages_confirmed
    FROM given JOIN fax ON {_IS_ATTEMPT}
    WHERE fax.state IN ('dialing', 'unknown')
    """,  # noqa: S608 -- our own words
    given=_OWNER,
    key=["of_id"],
    returns={
        "state": Word(FaxState),
        "busy": Boolean(),
        "cancel_requested": Boolean(),
        "pages_confirmed": Integer(),
    },
    locks="fax",
)

FINISH = Shared(
    """
    UPDATE fax SET state = given.new_state, phase = NULL,
        round = CASE WHEN fax.gate > 0 AND given.tries THEN fax.round + 1
            ELSE fax.round END,
        trunk = coalesce(given.by_trunk, fax.trunk),
        busy = given.keeps_slot, rides_with = NULL, slot_until = given.slot,
        due_at = given.due, pages_confirmed = given.in_all, ending = given.how,
        detail = given.why, updated_at = given.moment, finished_at = given.final_at
    FROM given WHERE fax.id = given.of_id RETURNING fax.id AS of_id
    """,
    given={
        **_OWNER,
        "moment": UtcTime(),
        "new_state": Word(FaxState),
        "keeps_slot": Boolean(),
        "slot": UtcTime(),
        "due": UtcTime(),
        "by_trunk": PlainText(),
        "tries": Boolean(),
        "in_all": Integer(),
        "how": Word(Ending),
        "why": PlainText(),
        "final_at": UtcTime(),
    },
    key=["of_id"],
)
"""Behind a gate (`round`) it is tried again only after all the others were as often."""

FINISH_ATTEMPT = Shared(
    f"""
    UPDATE attempt SET pages_confirmed = given.in_call, ended_at = given.moment,
        ending = given.how, detail = given.why, remote_id = given.csi,
        bit_rate = given.speed, ecm = given.corrected, vertical_dpi = given.dpi,
        fax_met = given.met, duration_s = given.seconds, journal = given.ladder
    FROM given WHERE {_THIS_ATTEMPT} RETURNING attempt.fax_id AS of_id
    """,  # noqa: S608 -- our own words
    given={
        **_OWNER,
        "moment": UtcTime(),
        "in_call": Integer(),
        "how": Word(Ending),
        "why": PlainText(),
        "csi": PlainText(),
        "speed": Integer(),
        "corrected": Boolean(),
        "dpi": Integer(),
        "met": Boolean(),
        "seconds": Float(),
        "ladder": JSON(),
    },
    key=["of_id"],
)


def rank(phase: Phase) -> int:
    """How far a call in that phase has come."""
    return _ORDER.index(phase)
