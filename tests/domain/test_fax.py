"""
The states of a fax are one closed table.
"""

from ecofax_gateway.domain.fax import FINAL, TRANSITIONS, FaxState


def test_every_state_has_its_row():
    assert set(TRANSITIONS) == set(FaxState)


def test_from_final_states_no_way_leads_back():
    """Only what is unknown may be settled, by a late result."""
    ways_out = {state: after for state, after in TRANSITIONS.items() if state in FINAL}
    assert [state for state, after in ways_out.items() if after] == [FaxState.UNKNOWN]
    assert all(after <= FINAL for after in ways_out.values())
    assert all(TRANSITIONS[state] for state in set(FaxState) - FINAL)


def test_unknown_is_never_redialled():
    """A crash in a call is told, not repeated."""
    reached, new = set(), {FaxState.UNKNOWN}
    while new:
        reached |= new
        new = {after for state in new for after in TRANSITIONS[state]} - reached
    assert not reached & {FaxState.QUEUED, FaxState.SCHEDULED, FaxState.DIALING}


def test_only_a_queued_fax_is_dialled():
    assert [s for s, after in TRANSITIONS.items() if FaxState.DIALING in after] == [
        FaxState.QUEUED
    ]
