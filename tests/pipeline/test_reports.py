"""
What became of a campaign, as a table and on paper.
"""

import csv
import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.campaign import Result, Stage
from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.number import FaxNumber
from ecofax_gateway.pipeline import report_csv, report_pdf
from ecofax_gateway.pipeline.report_rows import STATE_WORDS, Row, Summary

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 7, 2, 12, tzinfo=UTC)


def a_row(number="+33972101010", **values):
    told = {
        "state": "envoyé",
        "cause": "",
        "pages_confirmed": 2,
        "pages": 2,
        "ended_at": NOON,
        "duration_s": 63,
        "calls": 1,
        "far_end": "09 72 10 10 10",
        "code": "delivered",
        **values,
    }
    return Row(number=FaxNumber(number), **told)


def a_summary(rows):
    return Summary(
        reference="K7M2XQ9D",
        name="Vœux d'été",
        documents="devis.pdf",
        line=FaxNumber("+33366720307"),
        pages=2,
        created_at=NOON,
        finished_at=None,
        stage=Stage.RUNNING,
        result=Result.NONE,
        total=len(rows),
        ended=len(rows),
        counts=(("envoyé", len(rows)),),
    )


def spreadsheet(rows):
    return b"".join(report_csv.spreadsheet(rows, zone=PARIS))


def test_a_spreadsheet_opens_it_as_it_should_be():
    failed = a_row(
        state="en échec",
        cause="La ligne du destinataire était occupée.",
        code='busy, "486; Busy"',
    )

    content = spreadsheet([a_row(), failed])

    assert content.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert table[0] == list(report_csv.HEADINGS)
    assert table[1] == [
        "09 72 10 10 10", "envoyé", "", "2", "2", "02/07/2026 14:00:00", "63", "1",
        "09 72 10 10 10", "delivered",
    ]  # fmt: skip
    assert table[2][2] == "La ligne du destinataire était occupée."
    assert table[2][9] == 'busy, "486; Busy"'


def test_programs_get_rfc_4180():
    content = b"".join(report_csv.rfc4180([a_row()], zone=PARIS))

    heading, line = content.decode().split("\r\n")[:2]
    assert heading.startswith("Numéro,État,Cause,")
    assert line.startswith("+33972101010,envoyé,,2,2,2026-07-02T14:00:00+02:00,63,1,")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_a_strangers_text_is_never_a_formula(text):
    [cells] = list(
        csv.reader(
            io.StringIO(spreadsheet([a_row(far_end=text)]).decode("utf-8-sig")),
            delimiter=";",
        )
    )[1:2]

    assert not cells[8].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cells[8].removeprefix("'") in (text, text.removeprefix("'"))


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 1001, 2500])
def test_every_number_is_in_the_table(count):
    rows = [a_row(f"+339721{n:05d}") for n in range(count)]

    lines = spreadsheet(rows).splitlines()

    assert len(lines) == count + 1
    assert len(set(lines)) == count + 1


def test_every_number_is_on_paper():
    rows = [a_row(f"+339721{n:05d}") for n in range(300)]
    rows.append(a_row("+442079460000", state="en échec", cause="Occupé.", code="busy"))

    paper = pypdfium2.PdfDocument(
        report_pdf.pdf(a_summary(rows), rows, zone=PARIS, at=NOON)
    )

    texts = [page.get_textpage().get_text_range() for page in paper]
    whole = "\n".join(texts)
    assert "Vœux d'été (K7M2XQ9D)" in texts[0]
    assert "en cours, résultat : N/A" in texts[0]
    assert "Pourquoi des fax ne sont pas arrivés" in texts[0]
    assert all(str(row.number) in whole for row in rows)
    assert "busy : Occupé." in whole
    assert f"page {len(texts)}" in texts[-1]
    assert "page 1" in texts[0]
    paper.close()


def test_no_text_leaves_its_column():
    for text in ("", "é" * 500, "a\x00b\nc", "\U0001f4e0" * 40):
        fitted = report_pdf.fitted(text, "Helvetica", 7, 100)

        assert report_pdf.stringWidth(fitted, "Helvetica", 7) <= 100
        assert fitted.isprintable()


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_can_be_drawn(cause, far_end):
    row = a_row(cause=cause, far_end=far_end)

    drawn = report_pdf.pdf(a_summary([row]), [row], zone=PARIS, at=NOON)

    assert drawn.startswith(b"%PDF-")


def test_every_state_has_words_and_a_colour():
    assert set(STATE_WORDS) == set(FaxState)
    assert len(set(STATE_WORDS.values())) == len(FaxState)
