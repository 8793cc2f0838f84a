import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.errors import OrderRefused
from ecofax_gateway.domain.number import NotANumber
from ecofax_gateway.orders.address import Campaign, parse_recipient, split_address
from ecofax_gateway.orders.number_list import (
    BULK,
    MAX_BYTES,
    MAX_NUMBERS,
    Limits,
    parse_numbers,
)
from ecofax_gateway.orders.subject import parse_line_number

A, B, C = "+33972101010", "+33972101927", "+33366720307"


def e164s(content):
    content = content if isinstance(content, bytes) else content.encode()
    return [number.e164 for number in parse_numbers(content).numbers]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "0972101010 0972101927 0366720307", [A, B, C], id="guide-one-line"
        ),
        pytest.param("0972101010\n0972101927\n", [A, B], id="lf"),
        pytest.param("0972101010\r\n0972101927\r\n", [A, B], id="crlf"),
        pytest.param("0972101010\r0972101927\r", [A, B], id="cr"),
        pytest.param("0972101010\u20280972101927", [A, B], id="line-separator"),
        pytest.param("0972101010;0972101927,0366720307", [A, B, C], id="separators"),
        pytest.param("0972101010\t0972101927|0366720307", [A, B, C], id="tab-and-bar"),
        pytest.param("09 72 10 10 10\n09.72.10.19.27", [A, B], id="spaces-inside"),
        pytest.param("09 72 10 10 10 09 72 10 19 27", [A, B], id="spaces-everywhere"),
        pytest.param("+33 9 72 10 10 10\n0033972101927", [A, B], id="international"),
        pytest.param("+33 (0)9 72 10 10 10", [A], id="bracketed-nought"),
        pytest.param("\ufeff0972101010", [A], id="bom"),
        pytest.param("0972101010\n".encode("utf-16"), [A], id="utf-16"),
        pytest.param("0972101010\n".encode("utf-16-le"), [A], id="utf-16-no-bom"),
        pytest.param("0972101010\n".encode("utf-16-be"), [A], id="utf-16-be-no-bom"),
        pytest.param("\u00a009\u00a072\u00a010\u00a010\u00a010", [A], id="nbsp"),
        pytest.param("# liste\n0972101010 # siège\n// fin", [A], id="comments"),
        pytest.param(
            "numero;nom\n0972101010;Dupont\n0972101927;Durand", [A, B], id="csv"
        ),
        pytest.param('"0972101010","0972101927"', [A, B], id="quoted-csv"),
        pytest.param('\'0972101010\n="0972101927"', [A, B], id="excel-text"),
        pytest.param("0972101010.0", [A], id="excel-decimal"),
        pytest.param("972101010", [A], id="nought-lost"),
        pytest.param("０９７２１０１０１０", [A], id="full-width"),
        pytest.param(
            "0262201010\n0596601010", ["+262262201010", "+596596601010"], id="dom"
        ),
        pytest.param("", [], id="empty"),
        pytest.param("\n\n  \n0972101010\n\n", [A], id="blank-lines"),
    ],
)
def test_lists_as_people_write_them(content, expected):
    assert e164s(content) == expected


def test_duplicates_are_found_after_normalising():
    found = parse_numbers(b"0972101010\n+33 9 72 10 10 10\n0972101927\n0972101010")

    assert [number.e164 for number in found.numbers] == [A, B]
    assert [number.e164 for number in found.duplicates] == [A]


def test_bad_entries_are_named_with_line_and_reason():
    found = parse_numbers(
        b"0972101010\n09721O1010\n9.72101E+08\n112\n0972101010#12\nabc\n0972101927 97x"

    )  # fmt: skip

    assert [(bad.line, bad.text) for bad in found.bad] == [
        (2, "09721O1010"),
        (3, "9.72101E+08"),
        (4, "112"),
        (5, "0972101010#12"),
        (6, "abc"),
        (7, "97x"),
    ]
    assert all(bad.reason for bad in found.bad)
    assert found.bad[0].reason == "contient des lettres"


def many(count):
    return "\n".join(f"+3397210{n:04}" for n in range(count)).encode()


def test_two_thousand_numbers_are_the_most():
    assert len(parse_numbers(many(MAX_NUMBERS)).numbers) == MAX_NUMBERS
    with pytest.raises(OrderRefused, match="too-many-numbers"):
        parse_numbers(many(MAX_NUMBERS + 1))


def test_an_operators_list_may_be_longer():
    limits = Limits(numbers=3, entries=4, file_bytes=100)

    assert len(parse_numbers(many(3), limits=limits).numbers) == 3
    assert len(parse_numbers(many(MAX_NUMBERS + 1), limits=BULK).numbers) == 2001
    with pytest.raises(OrderRefused, match="too-many-numbers"):
        parse_numbers(many(4), limits=limits)
    with pytest.raises(OrderRefused, match="too-many-entries"):
        parse_numbers(many(1) + b"\nx\ny\nz\nw", limits=limits)
    with pytest.raises(OrderRefused, match="list-too-long"):
        parse_numbers(many(1).ljust(101), limits=limits)


def test_a_mebibyte_is_the_most():
    assert e164s(b"0972101010\n".ljust(MAX_BYTES)) == [A]
    with pytest.raises(OrderRefused, match="list-too-long"):
        parse_numbers(b"0972101010\n".ljust(MAX_BYTES + 1))


@pytest.mark.parametrize(
    "start", [b"{\\rtf1 0972101010}", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF-1.4"]
)
def test_an_office_file_is_refused_with_what_to_do(start):
    with pytest.raises(OrderRefused) as caught:
        parse_numbers(start)

    assert "texte brut" in caught.value.for_requester


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list(content):
    try:
        found = parse_numbers(content)
    except OrderRefused:
        return
    assert len({number.e164 for number in found.numbers}) == len(found.numbers)


@given(st.text("0123456789 +.,;\n#x()", max_size=120))
def test_any_digits_are_a_list(text):
    found = parse_numbers(text.encode())

    assert set(found.duplicates) <= set(found.numbers)


@pytest.mark.parametrize(
    "subject",
    ["0366720307", "03 66 72 03 07", "03.66.72.03.07", "+33366720307", "0033366720307",
     "Re: 0366720307", "RE : TR: 0366720307", "Fwd: [EXTERNE] 0366720307",
     "***SPAM*** 0366720307", "«\u00a00366720307\u00a0»", "Fax : 0366720307",
     "Ligne 0366720307", "Re[2]: 0366720307", "+33 (0)3 66 72 03 07", "0366720307.",
     " 0366720307 ", "RE: RE: RE: RE: RE: RE: 0366720307", "WG: 0366720307",
     "AW: SV: 0366720307", "Réf : 0366720307", "Transf : 0366720307", "RÉP : 0366720307",
     "[External] 0366720307", "[SPAM] Re: 0366720307", "ligne : 03-66-72-03-07",
     "\"0366720307\"", "03\u202f66\u202f72\u202f03\u202f07", "\u00a00366720307",
     "０３６６７２０３０７", "[EXTERNAL EMAIL] 0366720307", "[Liste fax] Re: 0366720307",
     "{Spam?} 0366720307", "*** Expéditeur externe *** 0366720307", "SPAM: 0366720307",
     "EXTERNE : 0366720307", "N° 0366720307", "Ligne n° 03 66 72 03 07", "Tél : 0366720307",
     "Numéro de ligne : 0366720307", "*0366720307*", "#0366720307"],
)  # fmt: skip
def test_subjects_that_name_the_line(subject):
    assert parse_line_number(subject).e164 == C


@pytest.mark.parametrize(
    "subject",
    ["", "facture 0366720307", "0366720307 0972101010", "0366720307 - facture", "112",
     "036672030", "03667203O7", "RE:" * 7 + "0366720307", "Re:", "0366720307 p:x",
     "[Ticket 4711] 0366720307", "[0972101010]", "n° de devis 0366720307", "nouveau 0366720307"],
)  # fmt: skip
def test_no_number_is_guessed_out_of_a_subject(subject):
    with pytest.raises(NotANumber):
        parse_line_number(subject)


@pytest.mark.parametrize(
    "local",
    ["0972101010", "+33972101010", "0033972101010", "09.72.10.10.10", "09 72 10 10 10",
     "09-72-10-10-10", "FAX=+33972101010", "fax=0972101010", "0972101010+compta"],
)  # fmt: skip
def test_recipients_that_are_numbers(local):
    assert parse_recipient(local).e164 == A


@pytest.mark.parametrize("local", ["fax", "FAX", "fax+compta"])
def test_the_campaigns_address(local):
    assert parse_recipient(local) == Campaign()


@pytest.mark.parametrize(
    "local",
    ["", "+", "jeanne", "postmaster", "112", "097210101O", "0972101010x12", "faxe", "3" * 65,
     "0972101010#1", "FAX=", "fax=jeanne"],
)  # fmt: skip
def test_recipients_that_are_none(local):
    with pytest.raises(NotANumber):
        parse_recipient(local)


@given(st.text(max_size=80))
def test_any_recipient_and_subject_is_a_number_or_none(text):
    for parse in (parse_recipient, parse_line_number):
        with contextlib.suppress(NotANumber):
            parse(text)


def test_addresses_are_cut_at_their_last_at():
    assert split_address('<"a b@c"@EXAMPLE.fr.>') == ("a b@c", "example.fr")
    assert split_address("nobody") == ("", "nobody")
