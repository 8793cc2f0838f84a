import pytest

from ecofax_gateway.orders.sending_line import sending_line

LINE, OTHER = "+33366720307", "+33972101010"


@pytest.mark.parametrize(
    ("subject", "written", "line"),
    [
        ("0366720307", None, LINE),
        ("0366720307", "03 66 72 03 07", LINE),
        ("Re: 0366720307", "+33366720307", LINE),
        ("", "0366720307", LINE),
        ("Votre devis", "0366720307", LINE),
        ("facture 0972101010", "0366720307", LINE),
        ("0972101010", None, OTHER),
    ],
)
def test_subject_or_body_name_the_line(subject, written, line):
    mistakes = []

    assert sending_line(subject, written, mistakes).e164 == line
    assert mistakes == []


@pytest.mark.parametrize(
    ("subject", "written", "code", "quotes"),
    [
        ("Votre devis", None, "bad-line", ["« Votre devis » contient autre chose"]),
        ("", None, "bad-line", ["est vide"]),
        ("0366720307", "0972101010", "two-lines", ["03 66 72 03 07", "09 72 10 10 10"]),
        ("0366720307", "la mienne", "bad-line", ["« la mienne »", "ligne:"]),
        ("Votre devis", "036672", "bad-line", ["« 036672 »"]),
        ("Votre devis", "", "bad-line", ["«  »"]),
        ("p:Secret7", None, "bad-line", ["« p:*** »"]),
    ],
)
def test_what_names_no_line_is_quoted(subject, written, code, quotes):
    mistakes = []
    sending_line(subject, written, mistakes)

    assert [mistake.code for mistake in mistakes] == [code]
    for quote in quotes:
        assert quote in mistakes[0].sentence
