"""
What a search takes for the same.
"""

import pytest

from ecofax_gateway.domain.folding import fold


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        pytest.param("Relance", "relance", id="capitals"),
        pytest.param("ÉTÉ à Nîmes", "ete a nimes", id="accents"),
        pytest.param("Vœux, Œuvre, Ætna", "voeux, oeuvre, aetna", id="ligatures"),
        pytest.param("Straße", "strasse", id="sharp-s"),
        pytest.param("e\u0301te\u0301", "ete", id="decomposed"),
        pytest.param("", "", id="empty"),
    ],
)
def test_capitals_accents_and_ligatures_make_no_difference(written, folded):
    assert fold(written) == folded
    assert fold(folded) == folded
