"""
What becomes a page: documents yes, decoration no, nothing dropped without a word.
"""

from email.message import EmailMessage

import pytest

from ecofax_gateway.mail.message import parse_mail
from ecofax_gateway.orders.documents import choose_documents

PDF = b"%PDF-1.4 contract"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(4) + b"IHDR"
LOGO = PNG + (80).to_bytes(4) + (40).to_bytes(4)
HEIC = b"\0\0\0\x18ftypheic" + bytes(30_000)


def part(media_type, content, *, name="", disposition="attachment", content_id=""):
    """One part as programs write it, with or without a name."""
    maintype, _, subtype = media_type.partition("/")
    message = EmailMessage()
    message.set_content(content, maintype=maintype, subtype=subtype)
    message["Content-Disposition"] = disposition
    if name:
        message.set_param("filename", name, header="Content-Disposition")
    if content_id:
        message["Content-ID"] = f"<{content_id}>"
    return message


def mail_of(*parts, html="<p>p:x</p>", kind="mixed"):
    """A mail with an HTML text and those parts."""
    message = EmailMessage()
    message["Subject"] = "0366720307"
    message["Content-Type"] = f"multipart/{kind}"
    text = EmailMessage()
    text.set_content(html, subtype="html")
    for each in (text, *parts):
        message.attach(each)
    return parse_mail(message.as_bytes())


def chosen(mail):
    choice = choose_documents(mail, is_campaign=False)
    assert choice.mistakes == ()
    return [one.name for one in choice.documents], list(choice.ignored)


CONTRACT = part("application/pdf", PDF, name="contrat.pdf")
SHOWN = '<p>p:x</p><img src="cid:logo@x">'


@pytest.mark.parametrize("kind", ["mixed", "alternative", "related", "signed"])
def test_a_document_is_found_in_every_branch(kind):
    inner = EmailMessage()
    inner["Content-Type"] = f"multipart/{kind}"
    inner.attach(part("application/pdf", PDF, name="a.pdf", disposition="inline"))

    assert chosen(mail_of(inner, kind=kind)) == (["a.pdf"], [])


def test_documents_keep_their_order():
    parts = [part("text/plain", b"x%d" % n, name=f"{n}.txt") for n in (3, 1, 2)]

    assert chosen(mail_of(*parts)) == (["3.txt", "1.txt", "2.txt"], [])


@pytest.mark.parametrize("disposition", ["inline", "attachment"])
def test_a_logo_is_named_and_not_printed_whatever_it_calls_itself(disposition):
    logo = part("image/png", LOGO, name="image001.png", content_id="logo@x",
                disposition=disposition)  # fmt: skip

    assert chosen(mail_of(logo, CONTRACT, html=SHOWN)) == (
        ["contrat.pdf"],
        ["image001.png"],
    )


@pytest.mark.parametrize("written", ["logo%40x", "LOGO@X"])
def test_a_logo_is_known_however_the_html_writes_its_name(written):
    logo = part("image/png", LOGO, name="a.png", content_id="logo@x")

    assert chosen(mail_of(logo, CONTRACT, html=f'<img src="cid:{written}">'))[1] == [
        "a.png"
    ]


def test_a_logo_is_known_by_what_outlook_leaves_of_it_in_plain_text():
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\np:x\r\n"
        b"[cid:image001.png@01DC]\r\n--b\r\nContent-Type: image/png; name=l.png\r\n"
        b"Content-ID: <image001.png@01DC>\r\n\r\n" + LOGO + b"\r\n--b\r\n"
        b"Content-Type: application/pdf; name=a.pdf\r\n\r\n%PDF\r\n--b--\r\n"
    )

    assert chosen(parse_mail(raw)) == (["a.pdf"], ["l.png"])


def test_words_own_picture_format_is_decoration_where_it_is_shown():
    drawing = part("application/octet-stream", b"\x1f\x8b", name="image002.emz",
                   content_id="logo@x")  # fmt: skip

    assert chosen(mail_of(drawing, CONTRACT, html=SHOWN)) == (
        ["contrat.pdf"],
        ["image002.emz"],
    )


def test_a_forwarded_mail_without_a_document_is_named():
    inner = EmailMessage()
    inner["Subject"] = "Contrat"
    inner.set_content("Bonjour")
    forwarded = EmailMessage()
    forwarded.set_content(inner)

    assert chosen(mail_of(forwarded, CONTRACT)) == (["contrat.pdf"], ["Contrat.eml"])


def test_a_picture_with_a_content_id_that_nothing_shows_is_a_document():
    scan = part("image/png", LOGO, name="scan.png", content_id="ii_1")

    assert chosen(mail_of(scan)) == (["scan.png"], [])


def test_a_logo_of_a_forwarded_mail_is_decoration_too():
    inner = EmailMessage()
    inner["Subject"] = "Contrat"
    inner["Content-Type"] = "multipart/related"
    text = EmailMessage()
    text.set_content(SHOWN, subtype="html")
    for each in (text, part("image/png", LOGO, content_id="logo@x", name="l.png")):
        inner.attach(each)
    forwarded = EmailMessage()
    forwarded.set_content(inner)

    assert chosen(mail_of(forwarded, CONTRACT)) == (["contrat.pdf"], ["l.png"])


def test_a_photo_in_a_format_of_telephones_alone_is_a_page():
    photo = part("image/heic", HEIC, name="IMG_1.heic", content_id="logo@x")

    assert chosen(mail_of(photo, html=SHOWN)) == (["IMG_1.heic"], [])
    assert chosen(mail_of(photo, CONTRACT, html=SHOWN))[1] == ["IMG_1.heic"]


@pytest.mark.parametrize(
    "silent",
    [
        part("application/pkcs7-signature", b"s", name="smime.p7s"),
        part("application/octet-stream", b"s", name="SMIME.P7S"),
        part("application/pgp-signature", b"s", name="signature.asc"),
        part("application/octet-stream", b"-----BEGIN PGP SIGNATURE-----", name="a.asc"),
        part("application/pgp-keys", b"s", name="key.asc"),
        part("application/applefile", b"\0\5\x16\7", name="contrat.pdf"),
        part("text/calendar", b"BEGIN:VCALENDAR"),
        part("text/x-amp-html", b"<html amp4email>"),
        part("text/watch-html", b"<b>x"),
        part("text/enriched", b"<bold>p:x</bold>"),
        part("application/octet-stream", b""),
    ],
    ids=lambda one: str(one.get_filename() or one.get_content_type()),
)  # fmt: skip
def test_what_programs_add_by_themselves_is_passed_over(silent):
    assert chosen(mail_of(silent, CONTRACT)) == (["contrat.pdf"], [])


@pytest.mark.parametrize(
    "left_out",
    [
        part("text/vcard", b"BEGIN:VCARD", name="carte.vcf"),
        part("application/octet-stream", b"BEGIN:VCALENDAR", name="rdv.ics"),
        part("text/plain", b"-- liste", name="ATT00001.txt"),
        part("application/x-mso", b"x", name="oledata.mso"),
        part("application/pdf", b"", name="vide.pdf"),
        part("application/pdf", PDF, name="copie.pdf"),
    ],
    ids=lambda one: one.get_filename(),
)
def test_what_is_left_out_is_named(left_out):
    assert chosen(mail_of(CONTRACT, left_out)) == (
        ["contrat.pdf"],
        [left_out.get_filename()],
    )


@pytest.mark.parametrize(
    "kept",
    [
        part("image/jpeg", b"\xff\xd8\xff" + bytes(99), name="ATT00001.jpg"),
        part("application/octet-stream", b"= A plan\n", name="plan.asc"),
        part("text/richtext", rb"{\rtf1 x}", name="lettre.rtf"),
        part("application/octet-stream", PDF, name="sans suffixe"),
    ],
    ids=lambda one: one.get_filename(),
)
def test_what_only_looks_like_decoration_is_a_page(kept):
    assert chosen(mail_of(kept)) == ([kept.get_filename()], [])


def test_a_document_without_a_name_gets_one():
    assert chosen(mail_of(part("application/pdf", PDF)))[0] == ["document-1.pdf"]


@pytest.mark.parametrize(
    ("head", "code", "words"),
    [
        (b"message/partial; number=1; total=2; id=x", "incomplete-mail", "découpé"),
        (b"message/external-body; access-type=URL", "incomplete-mail", "lien"),
        (b'text/x-moz-deleted; name="Deleted: a.pdf"', "incomplete-mail", "supprimé"),
        (b"application/ms-tnef; name=winmail.dat", "winmail", "winmail.dat"),
        (b"application/pkcs7-mime; smime-type=signed-data", "signed-opaque", "signé"),
        (
            b"application/pkcs7-mime; smime-type=enveloped-data",
            "encrypted-mail",
            "chiffré",
        ),
    ],
)
def test_what_cannot_be_opened_refuses_the_mail(head, code, words):
    mail = parse_mail(
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: "
        + head + b"\r\n\r\nContent-Type: text/plain\r\n\r\nx\r\n--b\r\n"
        b"Content-Type: application/pdf; name=a.pdf\r\n\r\n%PDF\r\n--b--\r\n"
    )  # fmt: skip
    [mistake] = choose_documents(mail, is_campaign=False).mistakes

    assert mistake.code == code
    assert words in mistake.sentence


PGP = b"-----BEGIN PGP MESSAGE-----\r\n\r\nx\r\n-----END PGP MESSAGE-----\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/encrypted; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: application/octet-stream; name=encrypted.asc\r\n\r\nx\r\n--b--\r\n",
        b"Content-Type: text/plain\r\n\r\n" + PGP,
        b"Content-Type: application/octet-stream; name=contrat.pdf.asc\r\n\r\n" + PGP,
    ],
    ids=["mail", "text", "document"],
)
def test_openpgp_is_told_as_encrypted(raw):
    [mistake] = choose_documents(parse_mail(raw), is_campaign=False).mistakes

    assert mistake.code == "encrypted-mail"
