"""
The states of a fax are one closed table.
"""

from ecofax_gateway.domain.fax import FINAL, TRANSITIONS, FaxState


def test_every_state_has_its_row():
    assert set(TRANSITIONS) == set(FaxState)


def test_final_states_are_those_without_a_way_out():
    assert {state for state, after in TRANSITIONS.items() if not after} == FINAL


def test_unknown_is_never_redialled():
    """A crash in a call is told, not repeated."""
    assert TRANSITIONS[FaxState.UNKNOWN] == frozenset()


def test_only_a_queued_fax_is_dialled():
    assert [s for s, after in TRANSITIONS.items() if FaxState.DIALING in after] == [
        FaxState.QUEUED
    ]
