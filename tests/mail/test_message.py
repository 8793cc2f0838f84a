import base64
import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.errors import MalformedMessage
from ecofax_gateway.mail import prescan
from ecofax_gateway.mail.charset import decode_text
from ecofax_gateway.mail.header import clean_name, decode_header, parse_parameters
from ecofax_gateway.mail.message import parse_mail
from ecofax_gateway.mail.part import TextKind
from ecofax_gateway.mail.transfer import decode_transfer
from ecofax_gateway.mail.walk import MAX_DEPTH

from .bombs import nested

PDF = b"%PDF-1.4 " + bytes(range(256))


def part(header, content=b"x"):
    """A mail of one part with that header."""
    return parse_mail(header + b"\r\n\r\n" + content)


def test_an_ordinary_mail(make_mail):
    mail = parse_mail(
        make_mail("p:Secret7\n", html="<p>p:Secret7</p>", files=[("été.pdf", PDF)])
    )

    assert mail.subject == "0366720307"
    assert mail.from_ == "jeanne@example.fr"
    assert mail.message_id == "<m1@example.fr>"
    assert [text.kind for text in mail.texts] == [TextKind.PLAIN, TextKind.HTML]
    assert mail.texts[0].text.strip() == "p:Secret7"
    [attachment] = mail.attachments
    assert (attachment.name, attachment.content) == ("été.pdf", PDF)
    assert not attachment.is_inline
    assert "Secret7" not in repr(mail)


def test_every_real_mail_is_read(corpus):
    slow = []
    for name, raw in corpus:
        began = time.process_time()
        with contextlib.suppress(MalformedMessage):
            mail = parse_mail(raw)
            for field, _ in mail.headers:
                mail.header(field)
        if time.process_time() - began > 2:
            slow.append(name)

    assert slow == []


@pytest.mark.parametrize(
    "encoding",
    ["base64", "base64 ", "BASE64", '"base64"', "base64;", "base64 (x)", "\tbase64"],
)
def test_base64_is_never_taken_for_the_document(encoding):
    mail = part(
        b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: "
        + encoding.encode(),
        base64.encodebytes(PDF),
    )

    assert mail.attachments[0].content == PDF


@pytest.mark.parametrize(
    ("encoding", "content", "decoded"),
    [
        ("base64", b"QUJD\r\n", b"ABC"),
        ("base64", b"QUJDR", b"ABC"),
        ("base64", b"QUI", b"AB"),
        ("base64", b"QU*JD\r\n--\r\n", b"ABC"),
        (
            "base64",
            base64.b64encode(b"a" * 10) + b"\r\n" + base64.b64encode(b"b" * 4),
            b"a" * 10 + b"b" * 4,
        ),
        ("base64", b"QUI=\r\n\r\n-- \r\nAvast\r\n", b"AB"),
        ("base64", b"QUI=\r\n\r\nSans virus\r\n", b"AB"),
        ("quoted-printable", b"=C3=A9=\r\nx=zz", b"\xc3\xa9x=zz"),
        ("quoted-printable", b"Sec= \t\r\nret7", b"Secret7"),
        ("x-uuencode", b"begin 644 a\n#04)#\n`\nend\n", b"ABC"),
        ("8bit", b"\xe9\r\n", b"\xe9\r\n"),
        ("nonsense", b"x", b"x"),
        ("", b"x", b"x"),
    ],
)
def test_transfer_encodings(encoding, content, decoded):
    assert decode_transfer(content, encoding) == decoded


@given(st.binary(max_size=300), st.sampled_from(["base64", "quoted-printable", "uue"]))
def test_any_bytes_are_decoded_somehow(content, encoding):
    decode_transfer(content, encoding)


@given(st.binary(max_size=300))
def test_base64_is_undone(content):
    assert decode_transfer(base64.encodebytes(content), "base64") == content


@pytest.mark.parametrize(
    ("content", "declared", "text"),
    [
        ("é".encode(), "iso-8859-1", "é"),
        (b"\xe9", "iso-8859-1", "é"),
        (b"\x80", "us-ascii", "€"),
        (b"\xe9", None, "é"),
        (b"\xe9", "utf-8", "é"),
        (b"\xef\xbb\xbfx", "iso-8859-7", "x"),
        ("жук".encode("mac_cyrillic"), "x-mac-cyrillic", "жук"),
        ("ไทย".encode("cp874"), "windows-874", "ไทย"),
        ("你".encode("gb18030"), "X-GBK", "你"),
        (b"+AGE-", "utf-7", "+AGE-"),
        (b"\\u0041", "unicode_escape", "\\u0041"),
        (b"x", "%invalid", "x"),
        (b"x", "idna", "x"),
        (b"x", "undefined", "x"),
        (b"\xe9", "iso-4444-5", "é"),
        ("é".encode(), "DEFAULT", "é"),
        ("é’".encode("cp1252"), "ISO8859-1", "é’"),
        ("é’".encode("cp1252"), "ANSI_X3.4-1968", "é’"),
        ("€".encode("iso8859-15"), "iso-8859-15", "€"),
        ("ż".encode("iso8859-2"), "ISO_8859-2", "ż"),
        ("é".encode("cp850"), "IBM850", "é"),
        ("ž".encode("mac_latin2"), "x-mac-ce", "ž"),
        ("жук".encode("koi8-r"), "koi8-r", "жук"),
        ("жук".encode("cp1251"), "win-1251", "жук"),
        ("עברית".encode("iso8859-8"), "iso-8859-8-i", "עברית"),
        ("عربي".encode("cp1256"), "windows-1256", "عربي"),
        ("漢".encode("cp932"), "x-sjis", "漢"),
        ("漢".encode("cp932"), "Windows-31J", "漢"),
        ("漢字".encode("iso-2022-jp"), "ISO-2022-JP", "漢字"),
        ("漢".encode("euc-jp"), "x-euc-jp", "漢"),
        ("你好".encode("hz"), "HZ-GB-2312", "你好"),
        ("你好".encode("big5"), "Big5", "你好"),
        ("한".encode("euc-kr"), "ks_c_5601-1987", "한"),
        ("été".encode("utf-16-be"), "utf-16", "été"),
        ("été".encode("utf-16-le"), "utf-16", "été"),
        ("été".encode("utf-16"), None, "été"),
    ],
)
def test_charsets(content, declared, text):
    assert decode_text(content, declared) == text


@given(st.binary(max_size=100), st.one_of(st.none(), st.text(max_size=20)))
def test_any_charset_gives_text(content, declared):
    decode_text(content, declared)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?utf-8?q?=C3=A9t=C3=A9?=", "été"),
        ("=?utf-8?b?w6k=?=", "é"),
        ("=?utf-8?b?w6k?=", "é"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "é"),
        ("a =?utf-8?q?b?= c", "a b c"),
        ("=?utf-8?q?a?=\r\n =?utf-8?q?b?=", "ab"),
        ("=?utf-8*fr?q?a_b?=", "a b"),
        ("=?utf-8?q?0366720307=0D=0ABcc:x?=", "0366720307 Bcc:x"),
        ("a\r\n b", "a b"),
        ("=?x?z?y?=", "=?x?z?y?="),
        ("\udce9t\udce9", "été"),
        ("\udcc3\udca9", "é"),
        ("a\x00b\u202ec", "a bc"),
    ],
)
def test_header_values(raw, text):
    assert decode_header(raw) == text


@given(st.text(max_size=200))
def test_any_header_is_one_line(raw):
    text = decode_header(raw)

    assert "\n" not in text
    assert "\r" not in text
    text.encode()


@pytest.mark.parametrize(
    ("raw", "value", "name"),
    [
        ("attachment; filename=a.pdf", "attachment", "a.pdf"),
        ("attachment filename=a.pdf", "attachment", "a.pdf"),
        ('"attachment"; filename="a.pdf"', "attachment", "a.pdf"),
        ("attachment; filename=mon fax.pdf", "attachment", "mon fax.pdf"),
        ("attachment; filename=mon fax.pdf; size=3", "attachment", "mon fax.pdf"),
        (r'attachment; filename="C:\Users\x\a.pdf"', "attachment", r"C:\Users\x\a.pdf"),
        (r'attachment; filename="a\"b.pdf"', "attachment", 'a"b.pdf'),
        ("attachment; filename==?utf-8?q?=C3=A9.pdf?=", "attachment", "é.pdf"),
        ("attachment; filename*=utf-8''%C3%A9.pdf", "attachment", "é.pdf"),
        (
            "attachment; filename=e.pdf; filename*=utf-8''%C3%A9.pdf",
            "attachment",
            "é.pdf",
        ),
        (
            "attachment; filename*0*=utf-8''%C3%A9; filename*1=.pdf",
            "attachment",
            "é.pdf",
        ),
        ('attachment; filename*0="a"; filename*1="b.pdf"', "attachment", "ab.pdf"),
        ('attachment filename="a.pdf"', "attachment", "a.pdf"),
        ("", "", None),
    ],
)
def test_parameters(raw, value, name):
    found, parameters = parse_parameters(raw)

    assert found == value
    assert parameters.get("filename") == name


@given(st.text(max_size=200))
def test_any_parameters_are_read(raw):
    parse_parameters(raw)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        (r"C:\Users\x\a.pdf", "a.pdf"),
        ("../../etc/a.pdf", "a.pdf"),
        ("a\u202efdp.exe\x00", "afdp.exe"),
        ("e\u0301.pdf", "é.pdf"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
        ("..", ""),
    ],
)
def test_names_are_fit_to_be_shown(name, clean):
    assert clean_name(name) == clean


@given(st.text(max_size=300))
def test_any_name_is_fit_to_be_shown(name):
    shown = clean_name(name)

    assert len(shown) <= 150
    assert not set(shown) & set("/\\\r\n\0\u202e")
    shown.encode()


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b'Content-Type: application/pdf name="a.pdf"', "application/pdf"),
        (b"content-type : application/pdf; name=a.pdf", "application/pdf"),
        (b"Content-Type: application/pdf; name=a.pdf;;", "application/pdf"),
        (b"Content-Type:\r\n\tapplication/pdf;\r\n\tname=a.pdf", "application/pdf"),
        (b"Content-Type: APPLICATION/PDF; NAME=a.pdf", "application/pdf"),
        (b"Content-Disposition: attachment; filename=a.pdf", "text/plain"),
    ],
)
def test_types_that_are_written_badly_are_read(head, media_type):
    [found] = part(head, PDF).attachments

    assert (found.media_type, found.name, found.content) == (media_type, "a.pdf", PDF)


def test_a_multipart_whose_boundary_never_comes_is_a_text():
    mail = part(b"Content-Type: multipart/mixed; boundary=b", b"p:Secret7\r\n--c\r\n")

    assert [text.text for text in mail.texts] == ["p:Secret7\r\n--c\r\n"]


@pytest.mark.parametrize("told", ["", "; boundary='AB'", '; boundary="A B"'])
def test_a_boundary_that_is_not_told_or_told_wrongly_is_found(told):
    mail = part(
        f"Content-Type: multipart/mixed{told}".encode(),
        b"--AB\r\nContent-Type: text/plain\r\n\r\np:Secret7\r\n"
        b"--AB\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n" + PDF
        + b"\r\n--AB--\r\n",
    )  # fmt: skip

    assert [text.text for text in mail.texts] == ["p:Secret7"]
    assert [(one.name, one.content) for one in mail.attachments] == [("a.pdf", PDF)]


@pytest.mark.parametrize("before", [b"\r\n", b"\n\n", b"\xef\xbb\xbf", b""])
def test_what_stands_before_the_header_is_passed_over(make_mail, before):
    mail = parse_mail(before + make_mail())

    assert (mail.subject, len(mail.attachments)) == ("0366720307", 1)


def test_a_mail_without_a_header_is_a_text():
    mail = parse_mail(b"\r\nligne:0366720307\r\n")

    assert [text.text for text in mail.texts] == ["ligne:0366720307\r\n"]


def test_a_charset_in_pieces_is_no_trap():
    mail = part(b"Content-Type: text/plain; charset*=utf-8''utf-8", "p:é\r\n".encode())

    assert mail.texts[0].text == "p:é\r\n"


def test_an_enclosed_mail_behind_a_stray_line_is_read():
    inner = b"26-Aug-92 22:15:02\r\nSubject: x\r\n" + (
        b"Content-Type: application/pdf; name=a.pdf\r\n\r\n" + PDF
    )
    mail = part(b"Content-Type: message/rfc822", inner)

    assert [(one.name, one.content) for one in mail.attachments] == [("a.pdf", PDF)]


def test_a_space_before_the_colon_is_forgiven_in_headers_only():
    mail = parse_mail(
        b"Subject : 0366720307\r\nContent-Type : multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type : text/plain; name=a.txt\r\n\r\n"
        b"Hello\r\n\r\nSubject : kept\r\n--b--\r\n"
    )

    assert mail.subject == "0366720307"
    assert mail.attachments[0].content == b"Hello\r\n\r\nSubject : kept"


def test_parts_behind_a_boundary_used_twice_are_found():
    mail = parse_mail(
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
        b"--b\r\n\r\np:x\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>p:x\r\n--b--\r\n"
        b"\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF\r\n--b--\r\n"
    )

    assert len(mail.texts) == 2
    assert [(found.name, found.content) for found in mail.attachments] == [
        ("a.pdf", b"%PDF")
    ]


@pytest.mark.parametrize("encoding", ["7bit", "base64"])
def test_documents_of_an_enclosed_mail_are_found_but_not_its_text(make_mail, encoding):
    inner = make_mail("p:Old\n", files=[("in.pdf", PDF)])
    if encoding == "base64":
        inner = base64.encodebytes(inner)
    mail = parse_mail(
        b"Content-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\n\r\np:x\r\n"
        b"--out\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: "
        + encoding.encode() + b"\r\n\r\n" + inner + b"\r\n--out--\r\n"
    )  # fmt: skip

    assert [text.text.strip() for text in mail.texts] == ["p:x"]
    assert [(one.name, one.content) for one in mail.attachments] == [("in.pdf", PDF)]


@pytest.mark.parametrize(
    ("head", "name"),
    [(b"", "Contrat.eml"), (b'; name="Fwd.eml"', "Fwd.eml")],
)
def test_an_enclosed_mail_without_a_document_is_named(head, name):
    mail = part(
        b"Content-Type: message/rfc822" + head,
        b"Subject: Contrat\r\n\r\nVoici.\r\n",
    )

    assert [(one.name, one.content) for one in mail.attachments] == [(name, b"")]


def test_flowed_lines_are_joined():
    mail = part(
        b"Content-Type: text/plain; format=flowed", b"p:a \r\nb\r\n-- \r\nsig\r\n"
    )

    assert mail.texts[0].text == "p:a b\n-- \nsig"


def test_two_senders_are_none():
    assert part(b"From: a@b.fr <evil@x.fr>").from_ == ""
    assert part(b"From: <a@b.fr> <c@d.fr>").from_ == ""
    assert part(b"From: Jeanne <J@B.FR>").from_ == "J@b.fr"


@pytest.mark.parametrize(
    ("fits", "bomb"),
    [
        pytest.param(nested(MAX_DEPTH), nested(MAX_DEPTH + 1), id="depth"),
        pytest.param(
            b"X: " + b"x" * (prescan.MAX_HEADER_BYTES - 3) + b"\r\n\r\n",
            b"X: " + b"x" * (prescan.MAX_HEADER_BYTES + 2) + b"\r\n\r\n",
            id="header",
        ),
        pytest.param(
            b"Content-Type: text/plain" + b";a=b" * prescan.MAX_PARAMETERS + b"\r\n\r\n",
            b"Content-Type: text/plain" + b";a=b" * (prescan.MAX_PARAMETERS + 1) + b"\r\n\r\n",
            id="parameters",
        ),
        pytest.param(
            b"Content-Type: text/plain; a=" + b"x" * 8000 + b"\r\n\r\n",
            b"Content-Type: text/plain; a=" + b"x" * 9000 + b"\r\n\r\n",
            id="field",
        ),
        pytest.param(
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 990,
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 1001,
            id="parts",
        ),
        pytest.param(
            b"Content-Type: text/plain\r\n\r\n" + b"-- \r\n" * 100_000,
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 20_000,
            id="boundaries",
        ),
        pytest.param(b"\r\n", nested(5000), id="multiparts"),
        pytest.param(b"\r\n" + b"Subject :\n" * 400_000, nested(5000), id="spaced"),
        pytest.param(
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
            + (b"--b\r\nContent-Type: a/b; " + b"c" * 8000 + b"\r\n\r\nx\r\n") * 50,
            nested(5000),
            id="names",
        ),
        pytest.param(b"From: " + b"x" * 250_000 + b"\r\n\r\n", nested(5000), id="from"),
    ],
)  # fmt: skip
def test_bombs_are_refused_at_once_and_what_just_fits_is_read(fits, bomb):
    began = time.process_time()

    parse_mail(fits)
    with pytest.raises(MalformedMessage):
        parse_mail(bomb)
    assert time.process_time() - began < 2


@given(st.binary(max_size=400))
def test_any_bytes_are_a_mail_or_malformed(raw):
    with contextlib.suppress(MalformedMessage):
        parse_mail(raw)


_PIECES = [
    b"Content-Type: multipart/mixed; boundary=b\r\n", b"Content-Type: message/rfc822\r\n",
    b"Content-Type: text/html; charset=x\r\n", b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Type: application/pdf; name*0*=\xe9''%\r\n", b"Subject: =?utf-8?q?=e9?=\r\n",
    b"\r\n", b"--b\r\n", b"--b--\r\n", b"text\xe9\x00", b"<div>", b"Content-Type: \r\n",
    b"Content-Type: multipart/digest; boundary=b\r\n", b"Content-Disposition: inline\r\n",
    b"Content-Type : message/delivery-status\r\n", b" folded\r\n", b"From a\r\n",
    b"Content-Type: text/plain; charset*=x''y\r\n",
    b"Content-Transfer-Encoding: x-uuencode\r\n", b"begin 644 a\r\n", b"QUJD\r\n",
]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=40).map(b"".join))
def test_any_mixture_of_parts_is_a_mail_or_malformed(raw):
    with contextlib.suppress(MalformedMessage):
        mail = parse_mail(raw)
        for name, _ in mail.headers:
            mail.header(name)
