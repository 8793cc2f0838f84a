"""
Mails and archives, taken apart.
"""

import contextlib
import io
import zipfile
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converters.bundle import MAX_PARTS, of_archive, of_mail
from converters.contract import ConversionFailed
from converters.tiff_f import read


def archive(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def mail(*attached, html=""):
    message = EmailMessage()
    message["From"] = "Zoé <zoe@example.org>"
    message["Subject"] = "Devis"
    message.set_content("Voici le devis.")
    if html:
        message.add_alternative(html, subtype="html")
    for name, content in attached:
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    return message.as_bytes()


def test_an_archive_gives_its_files_under_their_bare_names():
    parts = of_archive(archive(**{"..__..__etc__a.txt": "a", "b__c.txt": "c"}))

    assert [(part.name, part.content) for part in parts] == [
        ("a.txt", b"a"),
        ("c.txt", b"c"),
    ]


def test_litter_of_systems_is_left_out():
    parts = of_archive(
        archive(**{"__MACOSX__._a.txt": "x", ".DS_Store": "x", "a": "a"})
    )

    assert [part.name for part in parts] == ["a"]


def test_a_mail_gives_its_letter_then_its_attachments():
    letter, devis = of_mail(mail(("devis.pdf", b"%PDF-")))

    assert letter.name == "message.txt"
    assert "De : Zoé <zoe@example.org>" in letter.content.decode()
    assert "Voici le devis." in letter.content.decode()
    assert (devis.name, devis.content) == ("devis.pdf", b"%PDF-")


def test_as_many_parts_as_allowed_and_one_more():
    members = {f"{number}.txt": "x" for number in range(MAX_PARTS)}

    assert len(of_archive(archive(**members))) == MAX_PARTS
    with pytest.raises(ConversionFailed) as caught:
        of_archive(archive(**members, last="x"))
    assert caught.value.code == "too-many-documents"


def test_an_empty_archive_says_so():
    with pytest.raises(ConversionFailed) as caught:
        of_archive(archive())

    assert caught.value.code == "empty"


@settings(deadline=None)
@given(st.binary(max_size=500))
def test_any_bytes_are_parts_or_refused(content):
    with contextlib.suppress(ConversionFailed):
        of_mail(b"Received: x\nContent-Type: multipart/mixed; boundary=x\n" + content)
    with contextlib.suppress(ConversionFailed):
        of_archive(b"PK\x03\x04" + content)


@pytest.mark.asyncio(loop_scope="session")
async def test_the_documents_of_an_archive_are_one_fax(workshop, document):
    content = archive(
        **{
            "a.pdf": document("pdf/basicapi.pdf"),
            "b.tiff": document("tiff/multipage.tiff"),
        }
    )

    rendered = await workshop.render(content, "tout.zip", vertical_dpi=98)

    assert rendered.pages == len(read(rendered.tiff)) == 6


@pytest.mark.asyncio(loop_scope="session")
async def test_a_document_that_cannot_be_printed_is_named(workshop, document):
    content = archive(**{"devis.pdf": document("pdf/x-encrypted-user.pdf")})

    with pytest.raises(ConversionFailed) as caught:
        await workshop.render(content, "tout.zip", vertical_dpi=98)

    assert caught.value.code == "encrypted"
    assert caught.value.for_requester.startswith("« devis.pdf » : ")


@pytest.mark.asyncio(loop_scope="session")
async def test_archives_in_archives_are_refused(workshop):
    content = b"Bonjour"
    for _ in range(3):
        content = archive(**{"a.zip": content})

    with pytest.raises(ConversionFailed) as caught:
        await workshop.render(content, "a.zip", vertical_dpi=98)

    assert caught.value.code == "too-deep"
