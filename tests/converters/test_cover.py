"""
Cover pages: templates in HTML, set once, with their fields blank.
"""

import socket
import threading

import numpy as np
import pytest

from converters.contract import ConversionFailed, Limits
from converters.cover import CoverPage
from converters.marking import with_texts
from converters.overlay import draw
from converters.place import Align, Family, Kind
from converters.sandbox import Walls
from converters.sheet import BAND_ROWS, ROWS_PER_MM
from converters.tiff_f import decode
from converters.workshop import Workshop

with_workshop = pytest.mark.asyncio(loop_scope="session")

PLAIN = "<style>@page { margin: 20mm } body { margin: 0 }</style>"


def set_page(html, dpi=98, **texts):
    """The places and pages of a template."""
    cover = CoverPage(with_texts(PLAIN + html, texts), limits=Limits())
    pages = list(cover.pages(vertical_dpi=dpi))
    return cover.places, pages


def test_a_piece_with_a_field_is_left_blank_where_it_stands():
    html = "<p style='margin:0;font-size:20pt'>Pour {}</p>"

    [place], [blank] = set_page(html.format("[NOM]"))
    _, [printed] = set_page(html.format("Zoé"))

    assert not blank.any()
    drawn = blank.copy()
    draw(drawn, place, "Pour Zoé", vertical_dpi=98)
    rows, columns = np.nonzero(printed)
    its_rows, its_columns = np.nonzero(drawn)
    # The words stand where the layout engine would have set them.
    assert abs(int(its_rows.min()) - int(rows.min())) <= 2
    assert abs(int(its_columns.min()) - int(columns.min())) <= 3
    assert abs(int(its_columns.max()) - int(columns.max())) <= 5


def test_letters_and_side_are_those_of_the_page():
    [first, second, third], _ = set_page(
        "<h1 style='font-family:Arial;text-align:center;font-size:24pt'>[NOM]</h1>"
        "<p style='font-family:Georgia,serif;text-align:right'>[PRENOM]</p>"
        "<p><code style='font-family:monospace;font-size:9pt'>[CLE]</code></p>"
    )

    assert (first.family, first.bold, first.align) == (Family.SANS, True, Align.CENTRE)
    assert first.size_pt == 24
    assert (second.family, second.bold, second.align) == (
        Family.SERIF, False, Align.RIGHT,
    )  # fmt: skip
    assert (third.family, third.size_pt) == (Family.MONO, 9)


def test_words_beside_a_field_are_set_with_it():
    places, [page] = set_page(
        "<p>Bonjour <b>[PRENOM]</b>,<br>cher <i>client</i></p><p>Signé</p>"
    )

    assert [place.text for place in places] == ["Bonjour [PRENOM],\ncher client"]
    assert page.any()


def test_text_between_blocks_is_a_piece_too():
    places, _ = set_page("<div>à [A] <p>bloc</p> et [B] <ul><li>[C]</li></ul></div>")

    assert [place.text for place in places] == ["à [A]", "et [B]", "[C]"]


def test_scripts_styles_and_titles_hold_no_fields():
    places, _ = set_page(
        "<title>[NOM]</title><style>/* [NOM] */</style><script>'[NOM]'</script>x"
    )

    assert places == []


def test_what_a_sender_wrote_is_no_html_and_no_field():
    written = "<p>[TEXTE]</p>"

    none, _ = set_page(written, TEXTE="[URGENT] votre [NOM]")
    _, [page] = set_page(written, TEXTE="<b>[gras]</b>\n<script>x</script>")
    _, [bare] = set_page(
        "<p>&lt;b&gt;[gras]&lt;/b&gt;<br>&lt;script&gt;x&lt;/script&gt;</p>"
    )

    assert none == []
    assert page.any()
    assert np.array_equal(page, bare)


def test_an_element_with_nothing_to_say_goes():
    html = "<table><tr data-if='[OBJET|]'><td>Objet</td><td>[OBJET|]</td></tr></table>y"

    _, [without] = set_page(html, OBJET="")
    _, [with_one] = set_page(html, OBJET="Devis")

    assert without.sum() < with_one.sum() / 2


def test_a_qr_code_has_the_place_of_its_element():
    [place], _ = set_page(
        "<div data-qr='https://fax.example/[CODE]' style='width:25mm;height:25mm'></div>"
    )

    assert place.kind is Kind.QR
    assert place.text == "https://fax.example/[CODE]"
    assert (place.x_mm, place.y_mm) == pytest.approx((20, 20), abs=0.3)
    assert (place.width_mm, place.height_mm) == pytest.approx((25, 25), abs=0.3)


def test_places_follow_a_page_that_is_moved_below_the_tag_line():
    html = (
        "<style>@page {{ margin: 0 }}</style><h1 style='margin:0'>{}</h1><p>[NOM]</p>"
    )

    [kept], _ = set_page(html.format(""))
    [moved], [page] = set_page(html.format("Tout en haut"))

    assert not page[: BAND_ROWS[98]].any()
    assert moved.y_mm > kept.y_mm
    assert moved.size_pt < kept.size_pt


def test_pages_with_nothing_but_fields_are_kept():
    places, pages = set_page("<p>[A]</p><p style='break-before:page'>[B]</p>")

    assert [place.page for place in places] == [1, 2]
    assert len(pages) == 2
    assert places[1].y_mm == pytest.approx(20, abs=5)


@pytest.mark.parametrize("dpi", [98, 196, 391])
def test_places_are_the_same_in_every_resolution(dpi):
    [place], _ = set_page("<p>[NOM]</p>", dpi)
    [known], _ = set_page("<p>[NOM]</p>", 391)

    assert place.y_mm == pytest.approx(known.y_mm, abs=1 / ROWS_PER_MM[98])
    assert place.x_mm == known.x_mm


def test_a_template_with_too_many_fields_is_refused():
    with pytest.raises(ConversionFailed, match="too-large"):
        set_page("<p>[NOM]</p>" * 201)


def test_a_template_that_is_nested_too_deeply_is_refused():
    with pytest.raises(ConversionFailed, match="too-deep"):
        set_page("<div>" * 3000 + "[NOM]")


@pytest.mark.parametrize("html", ["", "<", "\0", "<p", "[NOM", "<table><tr>[NOM]", "é"])
def test_whatever_it_is_it_has_a_page(html):
    _, pages = set_page(html)

    assert len(pages) == 1


@with_workshop
async def test_a_template_reaches_nothing(workshop, tmp_path):
    """No server on this machine, no file on it, no script: for all that it tries."""
    secret = tmp_path / "secret.svg"
    secret.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99">'
        '<rect width="99" height="99"/></svg>'
    )
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        ears = threading.Thread(target=listen, args=(server, asked), daemon=True)
        ears.start()
        hostile = "".join(
            f"<img src='{url}'><object data='{url}'></object><iframe src='{url}'></iframe>"
            f"<link rel=stylesheet href='{url}'><link rel=attachment href='{url}'>"
            f"<style>@import '{url}'; @font-face {{ font-family: x; src: url({url}) }}"
            f" body {{ font-family: x; background: url({url}) }}</style>"
            f"<svg><image href='{url}' width='99' height='99'/></svg>"
            for url in (f"{address}/x", secret.as_uri(), str(secret), "secret.svg")
        )
        hostile += f"<base href='{address}'><script>document.write('[NOM]')</script>"
        made = await workshop.render_cover(with_texts(hostile, {}), vertical_dpi=98)
        # An answer to this one proves that it would have heard the others before.
        socket.create_connection(server.getsockname(), timeout=30).close()
        ears.join(timeout=30)

    assert len(asked) == 1
    assert made.places == ()
    # A secret that got in would be a black square of 99 px.
    assert all(ink.mean() < 0.001 for ink in decode(made.tiff))


def listen(server, asked):
    """Count who calls, until one calls and says nothing."""
    while True:
        connection, _ = server.accept()
        connection.settimeout(30)
        with connection:
            asked.append(connection.getpeername())
            if not connection.recv(1):
                return


@with_workshop
async def test_a_cover_is_set_in_the_sandbox(workshop):
    made = await workshop.render_cover(
        with_texts("<p>Pour [NOM]</p><p>[TEXTE]</p>", {"TEXTE": "Bonjour"}),
        vertical_dpi=196,
    )

    assert made.pages == 1
    assert [place.text for place in made.places] == ["Pour [NOM]"]
    assert decode(made.tiff)[0].any()


@with_workshop
async def test_a_template_that_never_ends_is_given_up(tmp_path):
    workshop = Workshop(folder=tmp_path, limits=Limits(seconds=6), office_instances=0)
    endless = "<p style='break-before:page'>x</p>" * 20_000
    try:
        with pytest.raises(ConversionFailed):
            await workshop.render_cover(with_texts(endless, {}), vertical_dpi=98)
    finally:
        await workshop.close()


@with_workshop
async def test_a_cover_is_set_where_there_are_only_fences(tmp_path, monkeypatch):
    """Without bubblewrap; fonts and what Python looks up are still in reach."""
    monkeypatch.setattr("converters.sandbox.walls", lambda: Walls.NONE)
    workshop = Workshop(folder=tmp_path, office_instances=0)
    try:
        made = await workshop.render_cover(
            with_texts("<p>a [NOM]", {}), vertical_dpi=98
        )
    finally:
        await workshop.close()

    assert [place.text for place in made.places] == ["a [NOM]"]
