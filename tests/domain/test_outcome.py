"""
An outcome survives the wire.
"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.outcome import Ending, Outcome

outcomes = st.builds(
    Outcome,
    ending=st.sampled_from(Ending),
    pages_confirmed=st.integers(0, 500),
    detail=st.text(max_size=30),
    remote_id=st.none() | st.text(max_size=20),
    ecm=st.none() | st.booleans(),
    duration_s=st.floats(0, 1e5),
)


@given(outcomes)
def test_json_and_back(outcome):
    assert Outcome.from_json(json.loads(json.dumps(outcome.as_json()))) == outcome


@pytest.mark.parametrize("values", [{"ending": "lost"}, {"ending": "busy", "x": 1}])
def test_what_is_no_outcome_is_refused(values):
    with pytest.raises((ValueError, TypeError)):
        Outcome.from_json(values)
