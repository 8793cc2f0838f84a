"""
What hides documents: S/MIME, winmail.dat, files written into a text.
"""

import base64
import contextlib
import struct
import subprocess
import zlib
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.errors import MalformedMessage
from ecofax_gateway.mail.cms import Wrapping, unwrap
from ecofax_gateway.mail.message import parse_mail
from ecofax_gateway.mail.part import TextKind
from ecofax_gateway.mail.rtf import read_rtf, unpack_rtf
from ecofax_gateway.mail.tnef import unpack_tnef
from ecofax_gateway.mail.uuencode import take_files

from .conftest import CORPUS

PDF = b"%PDF-1.4 " + bytes(range(256)) * 10


def names_and_contents(mail):
    return [(part.name, part.content) for part in mail.attachments]


# S/MIME ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def identity(tmp_path_factory):
    """A key and its certificate, as one file."""
    path = tmp_path_factory.mktemp("smime") / "identity.pem"
    openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
        "-nodes", "-subj", "/CN=jeanne", "-keyout", path, "-out", f"{path}.crt",
    )  # fmt: skip
    with path.open("a") as file:
        file.write(path.with_name("identity.pem.crt").read_text())
    return path


def openssl(*arguments, given=b""):
    run = subprocess.run(
        ["openssl", *map(str, arguments)], input=given, capture_output=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def with_subject(raw):
    return b"Subject: 0366720307\r\n" + raw


@pytest.mark.parametrize("options", [[], ["-stream"]], ids=["lengths", "no lengths"])
def test_an_opaque_signature_is_opened(make_mail, identity, options):
    inner = make_mail("p:Secret7\n", files=[("contrat.pdf", PDF)])
    raw = openssl("cms", "-sign", "-nodetach", "-binary", *options,
                  "-signer", identity, given=inner)  # fmt: skip
    mail = parse_mail(with_subject(raw))

    assert mail.media_type == "application/pkcs7-mime"
    assert [text.text.strip() for text in mail.texts] == ["p:Secret7"]
    assert names_and_contents(mail) == [("contrat.pdf", PDF)]
    assert not mail.is_encrypted


def test_a_signature_beside_the_text_is_no_document(make_mail, identity):
    inner = make_mail("p:Secret7\n", files=[("contrat.pdf", PDF)])
    mail = parse_mail(openssl("cms", "-sign", "-signer", identity, given=inner))

    assert mail.media_type == "multipart/signed"
    assert mail.attachments[0].name == "contrat.pdf"
    assert [part.media_type for part in mail.attachments[1:]] == [
        "application/pkcs7-signature"
    ]


def test_an_encrypted_mail_is_known_as_such(make_mail, identity):
    raw = openssl("cms", "-encrypt", "-aes256", f"{identity}.crt", given=make_mail())

    assert parse_mail(with_subject(raw)).is_encrypted


def test_a_document_that_is_signed_by_itself_is_opened(identity):
    signed = openssl("cms", "-sign", "-nodetach", "-binary", "-outform", "DER",
                     "-signer", identity, given=PDF)  # fmt: skip
    message = EmailMessage()
    message.add_attachment(
        signed, maintype="application", subtype="pkcs7-mime", filename="contrat.pdf.p7m"
    )

    assert names_and_contents(parse_mail(message.as_bytes())) == [("contrat.pdf", PDF)]


@pytest.mark.parametrize("inner", [b"\r\np:Secret7\r\n", b"Bonjour\r\n"])
def test_a_signed_text_without_a_header_is_read(inner):
    content = der(0x30, der(6, bytes.fromhex("2a864886f70d010702")), der(0xA0, der(
        0x30, der(2, b"\1"), der(0x31), der(
            0x30, der(6, bytes.fromhex("2a864886f70d010701")), der(0xA0, der(4, inner))
        ))))  # fmt: skip
    head = b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\n"
    mail = parse_mail(
        head
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(content)
    )

    assert [text.text.strip() for text in mail.texts] == [inner.decode().strip()]


def der(tag, *contents):
    content = b"".join(contents)
    size = len(content).to_bytes(4)
    return bytes([tag, 0x84]) + size + content


def compressed(content):
    data = der(0x30, der(6, bytes.fromhex("2a864886f70d010701")),
               der(0xA0, der(4, content)))  # fmt: skip
    algorithm = der(0x30, der(6, bytes.fromhex("2a864886f70d0109100308")))
    return der(0x30, der(6, bytes.fromhex("2a864886f70d0109100109")),
               der(0xA0, der(0x30, der(2, b"\0"), algorithm, data)))  # fmt: skip


def test_what_was_compressed_is_inflated_within_a_limit():
    assert unwrap(compressed(zlib.compress(PDF))) == (Wrapping.COMPRESSED, PDF)
    bomb = zlib.compress(bytes(65 * 1024 * 1024), 9)
    with pytest.raises(MalformedMessage, match="swells"):
        unwrap(compressed(bomb))


@pytest.mark.parametrize(
    "content",
    [b"", b"x", b"0\x80", b"0\x84\xff\xff\xff\xff", b"0\x80" * 100, der(0x30), b"\x1f",
     der(0x30, der(6, b"?"), der(0xA0, b"")), compressed(b"no zlib")],
)  # fmt: skip
def test_what_is_no_cms_is_malformed(content):
    with pytest.raises(MalformedMessage):
        unwrap(content)


@given(st.binary(max_size=60), st.integers(0, 200), st.binary(min_size=1, max_size=4))
def test_any_bytes_are_cms_or_malformed(content, place, other):
    good = compressed(zlib.compress(b"x"))
    for tried in (content, good[:place] + other + good[place + len(other) :]):
        with contextlib.suppress(MalformedMessage):
            unwrap(tried)


def test_a_wrapping_that_cannot_be_opened_is_kept_to_be_named():
    head = b"Content-Type: application/pkcs7-mime; smime-type="
    opaque = parse_mail(head + b"signed-data; name=smime.p7m\r\n\r\nx")
    enveloped = parse_mail(head + b"enveloped-data; name=smime.p7m\r\n\r\nx")

    assert names_and_contents(opaque) == [("smime.p7m", b"x")]
    assert (opaque.is_encrypted, enveloped.is_encrypted) == (False, True)


# winmail.dat ----------------------------------------------------------------------


def attribute(level, name, value):
    head = struct.pack("<BHHI", level, name, 6, len(value))
    return head + value + struct.pack("<H", sum(value) & 0xFFFF)


def properties(*listed):
    """A property list; each as (number, text or bytes)."""
    out = struct.pack("<I", len(listed))
    for key, value in listed:
        kind = 0x1F if isinstance(value, str) else 0x102
        content = value.encode("utf-16-le") if isinstance(value, str) else value
        out += struct.pack("<HHII", kind, key, 1, len(content))
        out += content + bytes(-len(content) % 4)
    return out


def tnef(*attributes):
    return b"\x78\x9f\x3e\x22\x01\x00" + b"".join(attributes)


def attached(name, content, *more):
    return (
        attribute(2, 0x9002, b"\0" * 14)
        + attribute(2, 0x8010, b"SHORT~1.PDF\0")
        + attribute(2, 0x800F, content)
        + attribute(2, 0x9005, properties((0x3707, name), *more))
    )


def mail_with(winmail):
    message = EmailMessage()
    message["Subject"] = "0366720307"
    message.add_attachment(
        winmail, maintype="application", subtype="ms-tnef", filename="winmail.dat"
    )
    return parse_mail(message.as_bytes())


RTF = (
    rb"{\rtf1\ansi\ansicpg1252\fromtext{\fonttbl{\f0 Arial;}}{\*\generator Riched20}"
    rb"p:Secret7\par qualit\'e9:best\par \u8364?5 \{a\}\line\u55357?\u56832?}"
)


def test_documents_in_a_winmail_are_found_under_their_long_names():
    mail = mail_with(
        tnef(
            attribute(1, 0x9007, struct.pack("<II", 1252, 0)),
            attached("Été 2026.pdf", PDF),
            attached("logo.png", b"\x89PNG", (0x370E, "image/png"), (0x3712, "a@b")),
        )
    )

    assert names_and_contents(mail) == [
        ("Été 2026.pdf", PDF),
        ("logo.png", b"\x89PNG"),
    ]
    assert mail.attachments[1].media_type == "image/png"
    assert mail.attachments[1].content_id == "a@b"


def test_a_winmail_of_the_corpus_is_opened():
    [path] = CORPUS.rglob("*input__1808-winmail-dat.eml")
    [part] = parse_mail(path.read_bytes()).attachments

    assert part.name == "GIR - LINUX.doc"
    assert part.content.startswith(b"\xd0\xcf\x11\xe0")


def test_the_text_of_a_winmail_is_read_if_there_is_no_other(make_mail):
    packed = struct.pack("<II4sI", len(RTF) + 12, len(RTF), b"MELA", 0) + RTF
    winmail = tnef(attribute(1, 0x9003, properties((0x1009, packed))))
    alone = mail_with(winmail)
    beside = parse_mail(make_mail("p:Other\n", files=[("winmail.dat", winmail)]))

    assert [(text.kind, text.text) for text in alone.texts] == [
        (TextKind.PLAIN, "p:Secret7\nqualité:best\n€5 {a}\n😀")
    ]
    assert [text.text for text in beside.texts] == ["p:Other\n"]


def test_a_mail_attached_in_a_winmail_gives_its_documents():
    inner = tnef(attached("in.pdf", PDF))
    enclosed = attribute(2, 0x9002, b"\0" * 14) + attribute(
        2, 0x9005, properties((0x3001, "TR: contrat"), (0x3701, bytes(16) + inner))
    )

    assert names_and_contents(mail_with(tnef(enclosed))) == [("in.pdf", PDF)]


def test_a_winmail_that_is_cut_off_gives_what_is_whole():
    whole = tnef(attached("a.pdf", PDF), attached("b.pdf", PDF))

    assert names_and_contents(mail_with(whole[:-1_000]))[0] == ("a.pdf", PDF)


def test_what_only_calls_itself_a_winmail_is_kept_to_be_named():
    assert names_and_contents(mail_with(b"no TNEF")) == [("winmail.dat", b"no TNEF")]


@given(st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_any_winmail_is_read_or_malformed(place, other):
    packed = struct.pack("<II4sI", 30, 400, b"LZFu", 0) + bytes(range(60))
    good = tnef(
        attribute(
            1, 0x9003, properties((0x1009, packed), (0x8001, "x"), (0x1000, "y"))
        ),
        attached("a.pdf", b"x" * 50, (0x3701, b"y")),
    )
    with contextlib.suppress(MalformedMessage):
        unpack_tnef(good[:place] + other + good[place + len(other) :])


# Rich text ------------------------------------------------------------------------


def test_the_standards_own_example_is_unpacked():
    """MS-OXRTFCP (2021) §4.1.1 and §4.1.2."""
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a0072637067313235423"
        "20af32068656c090020627705b06c647d0a800fa0"
    )
    crossing = bytes.fromhex(
        "1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0"
    )

    assert unpack_rtf(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert unpack_rtf(crossing) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


@pytest.mark.parametrize(
    "packed",
    [b"", b"x" * 16, struct.pack("<II4sI", 9, 5 * 1024**2, b"LZFu", 0)],
)
def test_what_is_no_packed_rtf_is_malformed(packed):
    with pytest.raises(MalformedMessage):
        unpack_rtf(packed)


def test_html_in_rtf_is_taken_out():
    part = read_rtf(
        rb"{\rtf1\ansi\ansicpg1252\fromhtml1{\*\htmltag19 <html>}{\*\htmltag64 <p>}"
        rb"\htmlrtf{\b\htmlrtf0 p:Secret7{\*\htmltag72 </p>}\htmlrtf}\htmlrtf0}"
    )

    assert (part.kind, part.text) == (TextKind.HTML, "<html><p>p:Secret7</p>")


@given(st.binary(max_size=200), st.lists(st.sampled_from(
    [b"{", b"}", b"\\htmlrtf", b"\\u-1?", b"\\'e9", b"\\*", b"\\par ", b"x", b"\\"])
))  # fmt: skip
def test_any_rtf_has_words(content, pieces):
    read_rtf(content).text.encode()
    read_rtf(b"{\\rtf1\\fromhtml1" + b"".join(pieces)).text.encode()


@given(st.binary(max_size=100))
def test_any_bytes_are_unpacked_or_malformed(content):
    head = struct.pack("<II4sI", 30, 4000, b"LZFu", 0)
    with contextlib.suppress(MalformedMessage):
        assert len(unpack_rtf(head + content)) <= 4000 + 17


# Files in a text ------------------------------------------------------------------


def test_a_file_written_into_the_text_is_a_document():
    lines = b"#04)#\n`\n"
    mail = parse_mail(
        b"Subject: 0366720307\n\np:Secret7\nbegin 644 a b.pdf\n"
        + lines
        + b"end\nMerci\n"
    )

    assert names_and_contents(mail) == [("a b.pdf", b"ABC")]
    assert mail.texts[0].text == "p:Secret7\n\nMerci\n"


def test_a_file_in_base64_is_one_too():
    text = b"x\nbegin-base64 644 a.pdf\n" + base64.encodebytes(PDF) + b"====\n"

    assert take_files(text) == (b"x\n\n", [("a.pdf", PDF)])


@pytest.mark.parametrize(
    "text",
    [
        b"begin 644 a.pdf\nno end\n",
        b"begin 100 words a day\nabc\nend\n",
        b"to begin 644 a\n#04)#\nend\n",
    ],
)
def test_a_sentence_is_no_file(text):
    assert take_files(text) == (text, [])


@given(st.lists(st.sampled_from(
    [b"begin 644 a\n", b"end\n", b"#04)#\n", b"`\n", b"\n", b"begin-base64 644 b\n",
     b"====\n", b"\xff\n", b"x"])
).map(b"".join))  # fmt: skip
def test_any_text_is_kept_or_decoded(text):
    kept, files = take_files(text)

    assert len(kept) <= len(text)
    assert all(content for _, content in files)
