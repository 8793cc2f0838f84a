import contextlib
import re
import struct
import time
import zlib
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.errors import MalformedMessage, OrderRefused
from ecofax_gateway.mail.image_size import image_size
from ecofax_gateway.mail.message import parse_mail
from ecofax_gateway.orders import ordering
from ecofax_gateway.orders.automatic import MAX_HOPS, is_automatic
from ecofax_gateway.orders.directive_lines import Key
from ecofax_gateway.orders.documents import MAX_DOCUMENTS
from ecofax_gateway.orders.ordering import order_of, requester_of
from ecofax_gateway.replies.mistakes import ENGLISH

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 6, 20, 10, tzinfo=UTC)
ONE = ("0972101010@ecofax.test",)
CAMPAIGN = ("fax@ecofax.test",)
LIST = b"0972101010 0972101927 0366720307\n"
MOSTLY_GOOD = b"".join(b"09721019%d\n" % n for n in range(10, 28))
"""Eighteen: two more entries make twenty."""

PDF = b"%PDF-1.4 x"


def order(raw, recipients=ONE):
    return order_of(
        parse_mail(raw),
        recipients=recipients,
        now=NOW,
        zone=PARIS,
    )


def refusal(raw, recipients=ONE):
    with pytest.raises(OrderRefused) as caught:
        order(raw, recipients)
    return caught.value


def png(width, height, size):
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + head
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk
    return (start + struct.pack(">I", zlib.crc32(chunk))).ljust(size, b"\0")


def with_picture(picture, *, shown=True, files=(), disposition="attachment"):
    """As Outlook and Gmail send a signature with a logo."""
    message = EmailMessage()
    message["Subject"] = "0366720307"
    message.set_content("p:Secret7\n")
    source = "cid:logo@x" if shown else "http://x"
    message.add_alternative(f"<p>p:Secret7</p><img src='{source}'>", subtype="html")
    message.add_attachment(
        picture,
        maintype="image",
        subtype="png",
        filename="logo.png",
        cid="<logo@x>",
        disposition=disposition,
    )
    for name, content in files:
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    return message.as_bytes()


def names(found):
    return [document.name for document in found.documents]


def test_the_guides_fax(make_mail):
    found = order(make_mail())

    assert found.line_number.e164 == "+33366720307"
    assert found.password == "Secret7"
    assert [number.e164 for number in found.numbers] == ["+33972101010"]
    assert [(d.name, d.content) for d in found.documents] == [
        ("fax.pdf", b"%PDF-1.4 text")
    ]
    assert (found.quality, found.due_at) == (None, None)
    assert "Secret7" not in repr(found)


def test_the_guides_campaign_with_its_options(make_mail):
    body = "p:Secret7\nqualite:best\ndate:21-06-2026 15:15:00\n"
    files = [("numbers.txt", LIST + b"0972101010\n97x\n"), ("fax.pdf", PDF)]
    found = order(make_mail(body, files=files), CAMPAIGN)

    assert [number.e164 for number in found.numbers] == [
        "+33972101010", "+33972101927", "+33366720307"
    ]  # fmt: skip
    assert [number.e164 for number in found.duplicates] == ["+33972101010"]
    assert [(bad.line, bad.text) for bad in found.bad_numbers] == [(3, "97x")]
    assert names(found) == ["fax.pdf"]
    assert found.quality is Quality.BEST
    assert found.due_at == datetime(2026, 6, 21, 13, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("listed", "goes_on"),
    [
        pytest.param(MOSTLY_GOOD + b"x1\nx2\n", True, id="two of twenty"),
        pytest.param(MOSTLY_GOOD + b"x1\nx2\nx3\n", False, id="three of twenty-one"),
        pytest.param(LIST + b"x1\n" * 6, True, id="a short list"),
        pytest.param(LIST + b"x1\n" * 7, False, id="seven of ten"),
        pytest.param(LIST + b"0972101010\n" * 80 + b"x1\n" * 9, True, id="repeats"),
    ],
)
def test_a_list_of_which_more_than_a_tenth_is_bad_is_refused_whole(
    make_mail, listed, goes_on
):
    raw = make_mail(files=[("numbers.txt", listed), ("a.pdf", PDF)])
    if goes_on:
        assert order(raw, CAMPAIGN).bad_numbers
        return
    error = refusal(raw, CAMPAIGN)

    assert error.codes == ("many-bad-numbers",)
    assert "« x1 » contient des lettres" in error.for_requester


def test_a_link_in_the_place_of_the_document_is_told(make_mail):
    link = "p:Secret7\n devis.pdf\n<https://drive.google.com/file/d/1/view>\n"
    mention = "p:Secret7\nhttps://www.example.fr/drive\n"

    assert "liens" in refusal(make_mail(link, files=[])).for_requester
    assert "liens" not in refusal(make_mail(mention, files=[])).for_requester


REPEATED = set(Key) - {Key.PASSWORD, Key.NAME}
"Whose values may be empty or contradict each other."


def test_every_mistake_of_a_mail_has_words_in_english():
    of_the_console = {"intake", "list_process", "list_reader", "roster", "workbook"}
    sources = Path(ordering.__file__).parent.glob("*.py")
    text = "".join(
        each.read_text() for each in sources if each.stem not in of_the_console
    )
    codes = set(re.findall(r'\bcode="([a-z-]+)"', text))
    codes |= {f"{what}-{key}" for what in ("empty", "two") for key in REPEATED}
    codes |= {f"bad-{key}" for key in ("repeats", "cover", "body", "pages", "quality")}

    assert len(codes) > 30
    assert codes - set(ENGLISH) == set()


def test_of_an_encrypted_mail_only_that_is_told():
    raw = (
        b"Subject: ...\r\nContent-Type: multipart/encrypted; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: application/octet-stream\r\n\r\nx\r\n--b--\r\n"
    )

    assert refusal(raw).codes == ("encrypted-mail",)


def test_every_mistake_is_told_at_once(make_mail):
    error = refusal(
        make_mail("p:Secret7\nqualite:top\ndate:31-02-2026 10:00\n", subject="bonjour",
                  files=[]),
        ("12@ecofax.test",),
    )  # fmt: skip
    lines = error.for_requester.splitlines()

    assert error.code == "bad-line"
    assert len(lines) == 5
    for line, part in zip(
        lines,
        ["« bonjour »", "« top »", "« 31-02-2026 10:00 »", "Aucun document", "« 12 »"],
        strict=True,
    ):
        assert part in line


@pytest.mark.parametrize(
    ("options", "recipients", "code"),
    [
        ({"subject": ""}, ONE, "bad-line"),
        ({"body": "Bonjour\n"}, ONE, "no-password"),
        ({"body": "p:\n"}, ONE, "empty-password"),
        ({"files": []}, ONE, "no-document"),
        ({"files": [("vide.pdf", b"")]}, ONE, "no-document"),
        ({}, CAMPAIGN, "no-list"),
        ({"files": [("numbers.txt", b"x\ny1")]}, CAMPAIGN, "no-document"),
        ({"files": [("numbers.txt", b"y1"), ("a.pdf", PDF)]}, CAMPAIGN, "no-number"),
        ({"files": [("numbers.txt", b"{\\rtf"), ("a.pdf", PDF)]}, CAMPAIGN, "list-not-text"),
        ({"files": [("numbers.txt", LIST), ("a.pdf", PDF)]}, ONE, "list-without-campaign"),
        ({"files": [("winmail.dat", b"x")]}, ONE, "winmail"),
        ({"files": [(f"{n}.pdf", b"%d" % n) for n in range(MAX_DOCUMENTS + 1)]}, ONE,
         "too-many-documents"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(make_mail, options, recipients, code):
    error = refusal(make_mail(**options), recipients)

    assert error.code == code
    assert error.for_requester


@pytest.mark.parametrize(
    ("body", "subject"),
    [
        ("p:Secret7\nqualite:Secret7\n", "0366720307"),
        ("p:Secret7\ndate:Secret7\n", "0366720307"),
        ("p:Secret7\n", "0366720307 p:Secret7"),
        ("Bonjour p:Secret7\n", "mdp : Secret7"),
        ("p:Secret7\np:Secret8\n", "Secret"),
        ("p:Secret7\n", "Votre devis Secret7"),
    ],
)
def test_a_refusal_never_quotes_the_password(make_mail, body, subject):
    raw = make_mail(body, subject=subject)
    error = refusal(raw)

    assert "Secret7" not in error.for_requester + repr(error)
    assert "Secret7" not in requester_of(parse_mail(raw), "a@b.fr").subject


def test_other_readings_of_the_password_are_kept(make_mail):
    found = order(make_mail("p:Secret7.\n"))

    assert (found.password, found.other_passwords) == ("Secret7.", ("Secret7",))


def test_envelope_and_list_are_joined_without_doubles(make_mail):
    raw = make_mail(files=[("Numbers.TXT", LIST), ("a.pdf", PDF)])
    found = order(
        raw, ("0972101927@ecofax.test", *CAMPAIGN, "+33972101927@ecofax.test")
    )

    assert [number.national for number in found.numbers] == [
        "0972101927", "0972101010", "0366720307"
    ]  # fmt: skip
    assert [number.national for number in found.duplicates] == ["0972101927"]


@pytest.mark.parametrize(
    "name",
    ["numbers.txt", "NUMBERS.TXT", "number.txt", "numeros.txt", "numéros.txt",
     "numbers (1).txt", "numbers.txt.txt", "numbers.csv"],
)  # fmt: skip
def test_names_of_the_list(make_mail, name):
    assert (
        len(order(make_mail(files=[(name, LIST), ("a.pdf", PDF)]), CAMPAIGN).numbers)
        == 3
    )


def test_a_list_alone_is_a_document(make_mail):
    assert names(order(make_mail(files=[("numbers.txt", LIST)]))) == ["numbers.txt"]


def test_logos_are_left_out_and_named():
    found = order(with_picture(png(600, 600, 30_000), files=[("a.pdf", PDF)]))

    assert names(found) == ["a.pdf"]
    assert found.ignored == ("logo.png",)


def test_a_picture_that_the_html_does_not_show_is_a_document():
    assert names(order(with_picture(png(50, 50, 500), shown=False))) == ["logo.png"]


@pytest.mark.parametrize(
    ("picture", "is_page"),
    [
        (png(500, 500, 20 * 1024), True),
        (png(499, 900, 20 * 1024), False),
        (png(500, 500, 20 * 1024 - 1), False),
    ],
)
def test_a_photographed_letter_alone_is_a_page(picture, is_page):
    raw = with_picture(picture, disposition="inline")
    if is_page:
        assert names(order(raw)) == ["logo.png"]
    else:
        assert refusal(raw).code == "no-document"


def test_signatures_cards_and_doubles_are_no_pages(make_mail):
    found = order(
        make_mail(files=[
            ("a.pdf", PDF), ("smime.p7s", b"s"), ("signature.asc", b"-----BEGIN PGP SIGNATURE-----"), ("me.vcf", b"v"),
            ("ATT00001.txt", b"-"), ("copy.pdf", PDF), ("b.txt", b"text"),
        ])
    )  # fmt: skip

    assert names(found) == ["a.pdf", "b.txt"]
    assert found.ignored == ("me.vcf", "ATT00001.txt", "copy.pdf")


def test_an_encrypted_mail_is_told_so():
    error = refusal(
        b"Subject: 0366720307\r\nContent-Type: application/pkcs7-mime;"
        b" smime-type=enveloped-data; name=smime.p7m\r\n\r\nx"
    )

    assert "chiffré" in error.for_requester
    assert "Aucun document" not in error.for_requester


def test_a_report_is_never_an_order():
    raw = b"Subject: 0366720307\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b--"

    assert refusal(raw).code == "report"


def test_a_date_moved_by_the_clock_change_is_a_warning(make_mail):
    found = order(make_mail("p:Secret7\ndate:28-03-2027 02:30\n"))

    assert "n'existe pas le 28-03-2027" in found.warnings[0]


def test_restricted_numbers_stay_for_the_pipeline(make_mail):
    found = order(make_mail(), ("0899701234@ecofax.test", "+442079460000@ecofax.test"))

    assert {str(number.number_class) for number in found.numbers} == {"restricted"}


def test_real_mails_are_orders_or_refused(corpus):
    began = time.process_time()
    for _, raw in corpus:
        with contextlib.suppress(MalformedMessage):
            mail = parse_mail(raw)
            requester_of(mail, "a@b.fr")
            is_automatic(mail, "a@b.fr")
            for recipients in (ONE, CAMPAIGN):
                with contextlib.suppress(OrderRefused):
                    order_of(mail, recipients=recipients, now=NOW, zone=PARIS)
    assert time.process_time() - began < 30


@given(
    subject=st.text(max_size=60),
    body=st.text(max_size=200),
    recipients=st.lists(st.text(max_size=40), max_size=3),
    name=st.text(max_size=30),
)
def test_any_mail_is_an_order_or_refused(subject, body, recipients, name):
    raw = (
        f"Subject: {subject}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        f"--b\r\n\r\n{body}\r\n--b\r\nContent-Type: image/png; name={name}\r\n\r\nx"
    ).encode("utf-8", "replace")
    with contextlib.suppress(MalformedMessage, OrderRefused):
        order(raw, recipients)


@pytest.mark.parametrize(
    "headers",
    [
        [("Auto-Submitted", "auto-replied")],
        [("Auto-Submitted", "auto-generated; x=y")],
        [("Precedence", "bulk")],
        [("Precedence", " List ")],
        [("List-Id", "<x.y>")],
        [("List-Unsubscribe", "<mailto:x@y>")],
        [("X-Loop", "ecofax-gateway")],
        [("Received", f"from {n}") for n in range(MAX_HOPS + 1)],
    ],
)
def test_machines_get_no_reply(make_mail, headers):
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers).encode()
    mail = parse_mail(lines + make_mail())

    assert is_automatic(mail, "jeanne@example.fr")
    assert requester_of(mail, "jeanne@example.fr").address is None


@pytest.mark.parametrize(
    "sender",
    ["", "<>", "MAILER-DAEMON@x.fr", "no-reply@x.fr", "noreply+1@x.fr", "owner-list@x.fr",
     "list-request@x.fr", "list-bounces+a=b@x.fr", "bounce@x.fr", "fax@ecofax.test", "jeanne",
     "a b@x.fr", "a@x.fr\r\nRCPT TO:<y@z>", "a@x.fr, c@d.fr"],
)  # fmt: skip
def test_addresses_that_are_not_written_to(make_mail, sender):
    mail = parse_mail(make_mail())

    assert requester_of(mail, sender, own_domains=["ecofax.test"]).address is None


def test_a_person_is_written_to(make_mail):
    raw = b"Auto-Submitted: no\r\nPrecedence: normal\r\n" + make_mail()
    found = requester_of(parse_mail(raw), "<jeanne@example.fr>")

    assert found.address == "jeanne@example.fr"
    assert found.message_id == "<m1@example.fr>"
    assert found.subject == "0366720307"


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (png(7, 9, 40), (7, 9)),
        (b"GIF89a" + struct.pack("<HH", 7, 9), (7, 9)),
        (b"BM" + bytes(16) + struct.pack("<ii", 7, -9), (7, 9)),
        (b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc2\0\x08\x08\0\x09\0\x07", (7, 9)),
        (b"\xff\xd8\xff\xe0\0\x04", None),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"%PDF", None),
        (b"", None),
    ],
)
def test_sizes_of_pictures(content, size):
    assert image_size(content) == size


@given(st.sampled_from([b"\xff\xd8", b"BM", b"GIF8"]), st.binary(max_size=60))
def test_any_bytes_have_a_size_or_none(start, content):
    image_size(start + content)
