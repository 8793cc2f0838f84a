"""
Cover pages and overlays, as an operator types them. No gateway runs beside.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ecofax_gateway.cli import main
from ecofax_gateway.domain.document import DocumentRole
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.store import campaigns, covers, lines, preparation

DOCUMENT = Path(__file__).parents[2] / "ecofax_gateway/cli/documents/devis.pdf"
LINE = "0366720307"
LIST = """\
numéro;prénom;nom;date
0972000001;Zoé;Ünal;lundi
0972000002;;Dœuvre;mardi
"""
OVERLAY = """\
[[text]]
page = 1
x = 20
y = 20
text = "[{}]"
"""
PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff2c00000000010001000002024401003b"
)
"A GIF of one pixel."


@pytest.fixture
def db(state_store):
    db = state_store()
    line = FaxLine(number="+33366720307", password_hash="x")
    db.sync_tx(lines.add, line, now=datetime.now(UTC))

    yield db

    db.close()


@dataclass
class Done:
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def ecofax(db, tmp_path, monkeypatch, capsys):
    """Run a command on a state folder with one line, in this process."""
    config = tmp_path / "config.toml"
    config.write_text(
        f'[gateway]\nstate = "{tmp_path}/state"\n'
        '[trunk]\nname = "t"\nproxy = "built-in"\n'
    )
    monkeypatch.setenv("ECOFAX_CONFIG", str(config))

    def run(*arguments):
        status = main([str(each) for each in arguments])
        return Done(status, *capsys.readouterr())

    return run


@pytest.fixture
def write(tmp_path):
    """Write a file; its path."""

    def run(name, content):
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content, encoding="utf-8")
        return path

    return run


def test_a_line_gets_a_cover_page_of_its_own(ecofax, db, write, tmp_path):
    write("logo.gif", PIXEL)
    template = write("page.html", "<img src='logo.gif'><p>Pour [NOM], [VILLE|]</p>")
    kept = tmp_path / "kept.html"

    was = ecofax("line", "cover", LINE)
    done = ecofax("line", "cover", LINE, template)
    shown = ecofax("line", "cover", LINE, "-o", kept)
    stored = db.sync_read(covers.template_of, "+33366720307")
    removed = ecofax("line", "cover", LINE, "--remove")

    assert "standard cover page, fields of the recipient: NOM, SOCIETE" in was.stdout
    assert done.returncode == 0, done.stderr
    assert "cover page of 1 pages, fields of the recipient: NOM, VILLE" in done.stdout
    assert shown.returncode == 0
    assert kept.read_text(encoding="utf-8") == stored
    assert "src='data:image/gif;base64,R0lGOD" in stored
    assert removed.returncode == 0
    assert db.sync_read(covers.template_of, "+33366720307") is None


def test_a_template_that_cannot_be_set_is_refused_at_once(ecofax, db, write):
    binary = ecofax("line", "cover", LINE, write("page.html", bytes(range(256)) * 9))
    heavy = ecofax("line", "cover", LINE, write("many.html", "<p>[NOM]" * 201))
    stranger = ecofax("line", "cover", "0366000000", write("x.html", "x"))

    assert binary.returncode == heavy.returncode == stranger.returncode != 0
    assert "no HTML" in binary.stderr
    assert "plus de 200 passages" in heavy.stderr
    assert "there is no line" in stranger.stderr
    assert db.sync_read(covers.template_of, "+33366720307") is None


def test_a_line_that_is_removed_takes_its_page_with_it(ecofax, db, write):
    ecofax("line", "cover", LINE, write("page.html", "x"))

    assert ecofax("line", "remove", LINE).returncode == 0
    assert db.sync_read(covers.template_of, "+33366720307") is None


def test_a_missing_value_is_named_with_its_line_and_nothing_is_written(
    ecofax, db, write
):
    listed = write("list.csv", LIST)
    names = write("overlay.toml", OVERLAY.format("PRENOM"))
    cities = write("cities.toml", OVERLAY.format("VILLE"))

    value = ecofax(
        "campaign", "create", DOCUMENT, "--numbers", listed, "--overlay", names
    )
    column = ecofax(
        "campaign", "create", DOCUMENT, "--numbers", listed, "--overlay", cities
    )

    assert value.returncode == column.returncode != 0
    assert "[PRENOM] n'a pas de valeur pour : 09 72 00 00 02 (ligne 3)." in value.stderr
    assert "09 72 00 00 01 (ligne 2), 09 72 00 00 02 (ligne 3)" in column.stderr
    assert "Traceback" not in value.stderr + column.stderr
    assert db.sync_read(campaigns.listing) == []


def test_a_draft_has_its_cover_page_first_and_its_rows(ecofax, db, write):
    overlay = write("overlay.toml", OVERLAY.format("DATE") + OVERLAY.format("CODE"))
    done = ecofax(
        "campaign", "create", DOCUMENT, "--numbers", write("list.csv", LIST),
        "--cover", "--cover-subject", "Vœux", "--overlay", overlay,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    [draft] = db.sync_read(campaigns.listing)
    edited = ecofax("campaign", "edit", draft.ref, "--documents", DOCUMENT, DOCUMENT)
    copied = ecofax("campaign", "copy", draft.ref)

    assert edited.returncode == copied.returncode == 0, edited.stderr + copied.stderr
    copy, draft = db.sync_read(campaigns.listing)
    for each in (draft, copy):
        roles = [d.role for d in db.sync_read(preparation.documents, each.ref)]
        assert roles == [DocumentRole.COVER, *[DocumentRole.ATTACHED] * 2]
        assert each.names == ("devis.pdf", "devis.pdf")
        second = db.sync_read(covers.drawn_at, each.ref, 2)
        assert second.row["nom"] == "Dœuvre"
        assert second.cover.subject == "Vœux"
        assert [place["text"] for place in second.overlay] == ["[DATE]", "[CODE]"]
        assert each.notes["opt_out"]
    assert "the column 'date' is not drawn" in done.stdout


def test_the_overlay_of_a_draft_is_changed(ecofax, db, write):
    ecofax("campaign", "create", DOCUMENT, "--numbers", write("list.csv", LIST))
    [draft] = db.sync_read(campaigns.listing)
    overlay = write("overlay.toml", OVERLAY.format("CODE"))

    drawn = ecofax("campaign", "edit", draft.ref, "--overlay", overlay)
    asked = db.sync_read(covers.asked_of, draft.ref)
    [changed] = db.sync_read(campaigns.listing)
    bare = ecofax("campaign", "edit", draft.ref, "--no-overlay")

    assert drawn.returncode == bare.returncode == 0, drawn.stderr + bare.stderr
    assert [place["text"] for place in asked.overlay] == ["[CODE]"]
    assert changed.notes["opt_out"]
    assert db.sync_read(covers.asked_of, draft.ref).overlay == ()


def test_a_preview_before_its_pages_are_made_says_so(ecofax, db, write, tmp_path):
    ecofax("campaign", "create", DOCUMENT, "--numbers", write("list.csv", LIST))
    [draft] = db.sync_read(campaigns.listing)
    page = tmp_path / "page.png"

    early = ecofax("campaign", "preview", draft.ref, "-o", page)
    nobody = ecofax("campaign", "preview", draft.ref, "--recipient", "3", "-o", page)
    odd = ecofax("campaign", "preview", draft.ref, "-o", tmp_path / "page.doc")

    assert "ne sont pas encore prêtes" in early.stderr
    assert "n'a pas de destinataire numéro 3" in nobody.stderr
    assert ".png or .tif" in odd.stderr
    assert not page.exists()
