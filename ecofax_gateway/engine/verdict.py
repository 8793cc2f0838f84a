"""
What an answered call's end is called: SIP's word against T.30's.

Pure: no I/O, no clock, no randomness.
"""

from dataclasses import replace

from ..domain.outcome import Ending, Outcome
from ..spandsp.job import Result


def verdict(
    outcome: Outcome, result: Result, *, fault: str, cancelled: bool, heard: str = ""
) -> Outcome:
    """
    Weigh what SIP knows with what T.30 knows.

    Args:
        outcome: As SIP sees it.

        result: Of the terminal.

        fault: Why the watchdog ended it; "" if it did not.

        cancelled: Whether somebody had it hung up.

        heard: What there was to hear instead of a fax, "" if that is not known.
    """
    outcome = replace(
        outcome,
        pages_confirmed=result.pages,
        fax_met=result.fax_met,
        remote_id=result.remote_id,
        bit_rate=result.bit_rate,
        ecm=result.ecm,
        vertical_dpi=result.vertical_dpi,
    )
    if result.ending is Ending.DELIVERED:
        # Even if it was to be cancelled: the pages are there.
        return replace(outcome, ending=Ending.DELIVERED, detail=result.detail)
    if cancelled:
        return outcome
    if fault:
        if not result.fax_met:
            detail = _together(f"watchdog: {fault}", heard)
            return replace(outcome, ending=Ending.NOT_A_FAX, detail=detail)
        return replace(outcome, ending=Ending.STALLED, detail=f"watchdog: {fault}")
    if result.fax_met:
        return replace(outcome, ending=result.ending, detail=result.detail)
    # Before a fax was met SIP's word stands, but where T.30 itself gave up.
    ending = (
        result.ending if outcome.ending is Ending.PROTOCOL_ERROR else outcome.ending
    )
    detail = _together(outcome.detail or result.detail, heard)
    return replace(outcome, ending=ending, detail=detail)


def _together(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
