import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.document import DocumentRole
from ecofax_gateway.domain.page_choice import (
    MAX_PAGE,
    MAX_RANGES,
    NotAChoice,
    PageChoice,
    chosen_pages,
    parse_page_choice,
)

ATTACHED, BODY = DocumentRole.ATTACHED, DocumentRole.BODY


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        pytest.param("1", {1}, id="one"),
        pytest.param("1-3,5", {1, 2, 3, 5}, id="guide"),
        pytest.param("1-3, 5", {1, 2, 3, 5}, id="space"),
        pytest.param("1-3;5", {1, 2, 3, 5}, id="semicolon"),
        pytest.param("1 - 3", {1, 2, 3}, id="spaced-dash"),
        pytest.param("1–3", {1, 2, 3}, id="en-dash"),
        pytest.param("1 à 3 et 5", {1, 2, 3, 5}, id="french"),
        pytest.param("1 a 3", {1, 2, 3}, id="no-accent"),
        pytest.param("1 to 3 and 5", {1, 2, 3, 5}, id="english"),
        pytest.param("5,1-3", {1, 2, 3, 5}, id="any-order"),
        pytest.param("2,2,1-2", {1, 2}, id="each-once"),
        pytest.param("4-", {4, 5, 6}, id="to-the-end"),
        pytest.param("1+6", {1, 6}, id="plus"),
        pytest.param("3-3", {3}, id="range-of-one"),
        pytest.param("1-6", {1, 2, 3, 4, 5, 6}, id="all"),
    ],
)
def test_choices_as_people_write_them(text, pages):
    assert parse_page_choice(text).of(6) == pages


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "n'est pas un choix"),
        ("toutes", "n'est pas un choix"),
        ("3 (y compris celle-ci)", "n'est pas un choix"),
        ("-3", "n'est pas un choix"),
        ("1--3", "n'est pas un choix"),
        ("1,,3", "n'est pas un choix"),
        ("1.5", "n'est pas un choix"),
        ("3 à", "n'est pas un choix"),
        ("21-06-2026", "n'est pas un choix"),
        ("0", "entre 1 et"),
        ("0-3", "entre 1 et"),
        (f"{MAX_PAGE + 1}", "entre 1 et"),
        (f"1-{MAX_PAGE + 1}", "entre 1 et"),
        ("123456", "n'est pas un choix"),
        ("5-3", "va à rebours (5-3)"),
        (",".join("1" * (MAX_RANGES + 1)), "plus de"),
    ],
)
def test_what_chooses_no_pages_says_why(text, why):
    with pytest.raises(NotAChoice) as caught:
        parse_page_choice(text)

    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("text", "count", "why"),
    [
        ("7", 6, "demande la page 7, mais le fax n'a que 6 pages"),
        ("1-7", 6, "demande la page 7, mais le fax n'a que 6 pages"),
        ("7-", 6, "demande la page 7, mais le fax n'a que 6 pages"),
        ("2", 1, "demande la page 2, mais le fax n'a qu'une page"),
        ("1", 0, "demande la page 1, mais aucun document n'est joint"),
    ],
)
def test_a_page_that_does_not_exist_is_no_choice(text, count, why):
    with pytest.raises(NotAChoice) as caught:
        parse_page_choice(text).of(count)

    assert str(caught.value) == why


@pytest.mark.parametrize(
    ("documents", "choice", "chosen"),
    [
        ([(ATTACHED, 2), (ATTACHED, 3)], None, [[1, 2], [1, 2, 3]]),
        ([(ATTACHED, 2), (ATTACHED, 3)], "2-3", [[2], [1]]),
        ([(ATTACHED, 2), (ATTACHED, 3)], "5", [[], [3]]),
        ([(BODY, 2), (ATTACHED, 3)], "1", [[1, 2], [1]]),
        ([(ATTACHED, 1), (BODY, 1), (ATTACHED, 1)], "2", [[], [1], [1]]),
    ],
)
def test_a_choice_counts_over_the_attached_documents(documents, choice, chosen):
    parsed = parse_page_choice(choice) if choice else None

    assert [list(pages) for pages in chosen_pages(documents, parsed)] == chosen


@given(st.text("0123456789-–,; àet", max_size=30))
def test_any_text_is_a_choice_or_none(text):
    with contextlib.suppress(NotAChoice):
        choice = parse_page_choice(text)
        assert parse_page_choice(str(choice)) == choice


ranges = st.tuples(st.integers(1, 50), st.none() | st.integers(0, 9)).map(
    lambda pair: (pair[0], None if pair[1] is None else pair[0] + pair[1])
)


@given(st.lists(ranges, min_size=1, max_size=5).map(tuple))
def test_a_choice_is_read_as_it_is_written(chosen):
    assert parse_page_choice(str(PageChoice(chosen))) == PageChoice(chosen)
