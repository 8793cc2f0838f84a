"""
The same three directives as mail programs really write them.

The shapes are those of mails in the corpus and of the programs' own source view; every
real letter of the corpus is used, too, with the directives written on top of it.
"""

import re

import pytest

from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.errors import MalformedMessage
from ecofax_gateway.mail.message import parse_mail
from ecofax_gateway.mail.part import TextKind, TextPart
from ecofax_gateway.orders.directives import find_directives

BODY_TAG = re.compile(r"<body\b[^>]*>", re.IGNORECASE)

OUTLOOK = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!--\n'
    "p.MsoNormal {margin:0cm; font-size:11.0pt}\np:first-child {date:none}\n--></style>"
    "</head><body lang=FR link=blue><div class=WordSection1>{lines}"
    "<p class=MsoNormal><o:p>&nbsp;</o:p></p>"
    "<p class=MsoNormal>Jean Dupont<o:p></o:p></p></div></body></html>"
)
OUTLOOK_LINE = "<p class=MsoNormal><span lang=FR>{line}<o:p></o:p></span></p>\r\n"
OUTLOOK_REPLY = (
    "<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm'>"
    "<p class=MsoNormal><b>De&nbsp;:</b> Anne<br><b>Envoyé&nbsp;:</b> lundi<br>"
    "<b>Objet&nbsp;:</b> x<o:p></o:p></p></div></div>"
    "<p class=MsoNormal>p:Ancien<o:p></o:p></p>"
)

PLAIN_FORMS = {
    "thunderbird": "{p}\n{q}\n{d}\n\n-- \nJean Dupont\nP: 06 12 34 56 78\n",
    "thunderbird-crlf": "{p}\r\n{q}\r\n{d}\r\n-- \r\nJean\r\n",
    "outlook-plain": "{p}\r\n\r\n{q}\r\n\r\n{d}\r\n\r\nJean Dupont\r\n",
    "outlook-mobile": "{p}\n{q}\n{d}\n\nTélécharger Outlook pour iOS<https://aka.ms/x>\n",
    "gmail-plain": "{p}\n{q}\n{d}\n",
    "gmail-bold": "*{p}*\n*{q}*\n*{d}*\n",
    "gmail-reply": "{p}\n{q}\n{d}\n\nLe lun. 2 mars 2026 à 10:12, A B <a@b.fr> a écrit :\n"
    "\n> p:Ancien\n",
    "gmail-forward": "{p}\n{q}\n{d}\n\n---------- Forwarded message ---------\nDe : A\n"
    "Date: lun. 2 mars 2026\n",
    "iphone": "{p}\n{q}\n{d}\n\nEnvoyé de mon iPhone\n",
    "iphone-reply": "{p}\n{q}\n{d}\n\nEnvoyé de mon iPhone\n\n> Le 2 mars 2026 à 10:12, A"
    " <a@b.fr> a écrit :\n> \n> p:Ancien\n",
    "ipad-above": "Envoi du fax\n{p}\n{q}\n{d}\n\nEnvoyé de mon iPad",
    "outlook-reply-plain": "{p}\n{q}\n{d}\n\nDe : A\nEnvoyé : lundi\nÀ : B\nObjet : x\n\n"
    "p:Ancien\n",
    "thunderbird-forward": "{p}\n{q}\n{d}\n\n-------- Message transféré --------\n"
    "Sujet : x\nDate : Mon, 2 Mar 2026 10:12:00 +0100\nDe : A\nPour : B\n\np:Ancien\n",
    "apple-mail": "{p}\n{q}\n{d}\n\n\n",
    "apple-forward": "{p}\n{q}\n{d}\n\nDébut du message réexpédié :\n\nDe: A\nObjet: x\n"
    "Date: 2 mars 2026\n",
    "android": "{p}\n{q}\n{d}\n\nEnvoyé depuis mon appareil Galaxy\n",
    "roundcube": "{p}\n{q}\n{d}\n\n---\nJean Dupont\n",
    "zimbra": "{p} \n{q} \n{d} \n\n----- Mail original ----- \nDe: A \np: Ancien\n",
    "zimbra-rule": "{p}\n{q}\n{d}\n\n\n________________________________\nDe : A\np:Ancien\n",
    "orange": "{p}\n{q}\n{d}\n\n\n> Message du 02/03/26 10:12\n> De : A\n> p:Ancien\n",
    "sfr": "{p}\n{q}\n{d}\n\n========================================\n\nMessage",
    "windows-mail": "{p}\n{q}\n{d}\n\nProvenance : Courrier pour Windows 10\n",
    "yahoo": "{p}\n{q}\n{d}\n\n    Le lundi 2 mars 2026 à 10:12:00 UTC+1, A B <a@b.fr> a"
    " écrit :  \n \n p:Ancien\n",
    "list": "- {p}\n- {q}\n- {d}\n",
    "bullets": "• {p}\n• {q}\n• {d}\n",
    "numbered": "1. {p}\n2. {q}\n3. {d}\n",
    "one-line": "{p} {q} {d}\n",
    "semicolons": "{p} ; {q} ; {d}\n",
    "commas": "{p}, {q}, {d}\n",
    "quoted-lines": '"{p}"\n"{q}"\n"{d}"\n',
    "french-quotes": "« {p} »\n« {q} »\n« {d} »\n",
    "letter": "Bonjour,\n\nMerci de faxer.\n\n{p}\n{q}\n{d}\n\nCordialement,\nJean Dupont\n",
    "nbsp": "\u00a0{p}\u00a0\n\u00a0{q}\u00a0\n\u00a0{d}\u00a0\n",
    "zero-width": "\u200b{p}\u200b\n\ufeff{q}\n\u2060{d}\n",
    "separators": "{p}\u2028{q}\u2028{d}\u2028",
    "old-mac": "{p}\r{q}\r{d}\r",
    "form-feed": "{p}\x0c{q}\x0c{d}\n",
    "bidi": "\u202a{p}\u202c\n\u202a{q}\u202c\n\u202a{d}\u202c\n",
    "copier": "\n\n\n{p}\n\n\n{q}\n\n\n{d}\n\n\nScanned from Xerox\n",
    "disclaimer": "{p}\n{q}\n{d}\n\n" + "-" * 60 + "\nCe message est confidentiel.\n",
}

HTML_FORMS = {
    "outlook": OUTLOOK.replace(
        "{lines}", "".join(OUTLOOK_LINE.format(line=x) for x in ("{p}", "{q}", "{d}"))
    ),
    "outlook-reply": OUTLOOK.replace(
        "{lines}",
        "".join(OUTLOOK_LINE.format(line=x) for x in ("{p}", "{q}", "{d}"))
        + OUTLOOK_REPLY,
    ),
    "outlook-spell-checked": "<p class=MsoNormal><span class=SpellE>{p}</span></p>"
    "<p class=MsoNormal><span class=GramE>{q}</span></p><p class=MsoNormal>{d}</p>",
    "outlook-breaks": "<p class=MsoNormal>{p}<br>{q}<br>{d}<o:p></o:p></p>",
    "outlook-list": "<ul type=disc><li class=MsoListParagraph>{p}</li><li>{q}</li>"
    "<li>{d}</li></ul>",
    "outlook-word-list": "<p class=MsoListParagraph><span style='font-family:Symbol'>·"
    "<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span></span>{p}</p>"
    "<p class=MsoListParagraph>{q}</p><p class=MsoListParagraph>{d}</p>",
    "outlook-web": '<html><body dir="ltr"><div class="elementToProof" style="color:#000">'
    '{p}</div><div class="elementToProof">{q}</div><div class="elementToProof">{d}</div>'
    '<div id="appendonsend"></div><hr style="display:inline-block;width:98%">'
    '<div id="divRplyFwdMsg"><b>De :</b> A</div><div>p:Ancien</div></body></html>',
    "outlook-ios": '<html><body><div dir="ltr" id="compose-body">{p}<br></div>'
    '<div dir="ltr">{q}<br></div><div dir="ltr">{d}</div>'
    '<div id="ms-outlook-mobile-signature">Télécharger <a>Outlook pour iOS</a></div>',
    "gmail": '<div dir="ltr">{p}<div>{q}</div><div>{d}</div></div>',
    "gmail-signature": '<div dir="ltr"><div>{p}</div><div>{q}</div><div>{d}</div><br>'
    '<div class="gmail_signature" data-smartmail="gmail_signature">P : 0612345678</div>',
    "gmail-reply": '<div dir="ltr">{p}<br>{q}<br>{d}</div><br><div class="gmail_quote">'
    '<div dir="ltr" class="gmail_attr">Le lun. 2 mars 2026, A a écrit :<br></div>'
    "<blockquote>p:Ancien</blockquote></div>",
    "gmail-font": '<div><font face="verdana">{p}</font></div><div><font size="4">{q}'
    "</font></div><div><b><i>{d}</i></b></div>",
    "apple-mail": '<html><head><meta http-equiv="Content-Type"></head><body style="word-'
    'wrap: break-word;" class="">{p}<div class="">{q}</div><div class="">{d}</div>'
    '<div class=""><br class=""></div></body></html>',
    "apple-reply": "<body><div>{p}</div><div>{q}</div><div>{d}</div><div><br>"
    '<blockquote type="cite"><div>Le 2 mars 2026 à 10:12, A a écrit :</div><div>p:Ancien'
    "</div></blockquote></div></body>",
    "apple-interchange": '{p}<br class="Apple-interchange-newline">{q}<br>{d}<br>',
    "iphone": '<html><body dir="auto">{p}<div>{q}</div><div>{d}<br><br>'
    '<div dir="ltr">Envoyé de mon iPhone</div></div></body></html>',
    "iphone-spans": '<div><span style="background-color: rgba(255, 255, 255, 0);">{p}'
    "</span></div><div><span>{q}</span></div><div><span>{d}</span></div>",
    "thunderbird": '<html><body><p>{p}<br>{q}<br>{d}</p><pre class="moz-signature" '
    'cols="72">-- \nP: 0612345678</pre></body></html>',
    "thunderbird-reply": '<html><body>{p}<br>{q}<br>{d}<br><div class="moz-cite-prefix">'
    'Le 02/03/2026 à 10:12, A a écrit :</div><blockquote type="cite" cite="mid:x">'
    "p:Ancien</blockquote></body></html>",
    "roundcube": "<html><body style='font-size: 10pt'><p>{p}</p>\n<p>{q}</p>\n<p>{d}</p>"
    '<div id="signature">-- <br>Jean</div></body></html>',
    "zimbra": '<html><body><div style="font-family: arial"><div>{p}</div><div>{q}</div>'
    '<div>{d}</div><hr id="zwchr"><div><b>De: </b>A</div><div>p:Ancien</div></div>',
    "yahoo": '<div class="ydp1 yahoo-style-wrap"><div dir="ltr">{p}</div><div>{q}</div>'
    '<div>{d}</div></div><div class="yahoo_quoted"><div>p:Ancien</div></div>',
    "proton": '<div style="font-family: Arial">{p}</div><div>{q}</div><div>{d}</div>'
    '<div class="protonmail_signature_block"></div>',
    "notes": '<font size=2 face="sans-serif">{p}</font><br><font size=2>{q}</font>'
    "<br><font size=2>{d}</font><br>",
    "table": "<table><tr><td>{p}</td></tr><tr><td>{q}</td></tr><tr><td>{d}</td></tr>"
    "</table>",
    "one-row": "<table><tr><td>{p}</td><td>{q}</td><td>{d}</td></tr></table>",
    "pre": "<pre>{p}\n{q}\n{d}\n</pre>",
    "mailto-linked": '<p>{p}</p><p>{q}</p><p>{d} <a href="mailto:x@y.fr"></a></p>',
    "commented": "<!--[if mso]><p>p:Autre</p><![endif]--><p>{p}</p><p>{q}</p><p>{d}</p>",
    "preheader": '<div style="display:none;max-height:0">p:Autre</div><p>{p}</p><p>{q}</p>'
    "<p>{d}</p>",
    "upper-case": "<HTML><BODY><P>{p}</P><P>{q}</P><P>{d}</P></BODY></HTML>",
    "no-end-tags": "<p>{p}<p>{q}<p>{d}",
    "entities": "<p>{p}&#8203;</p><p>&zwnj;{q}</p><p>&#xfeff;{d}</p>",
    "wrapped-source": "<p>\n  {p}\n</p>\n<p>\n  {q}\n</p>\n<p>\n  {d}\n</p>",
}

SPELLINGS = [
    ("p:Secret7", "qualite:best", "date:21-06-2026 15:15:00"),
    ("P : Secret7", "Qualité : best", "Date : 21-06-2026 15:15:00"),
    ("Mot de passe : Secret7", "QUALITE=BEST", "date=21-06-2026 15:15:00"),
]


def filled(form, spelling):
    p, q, d = spelling
    return form.replace("{p}", p).replace("{q}", q).replace("{d}", d)


@pytest.mark.parametrize("spelling", SPELLINGS, ids=["guide", "french", "long"])
@pytest.mark.parametrize(
    ("kind", "form"),
    [
        *(pytest.param(TextKind.PLAIN, form, id=name) for name, form in PLAIN_FORMS.items()),
        *(
            pytest.param(TextKind.HTML, form, id=f"{name}-html")
            for name, form in HTML_FORMS.items()
        ),
    ],
)  # fmt: skip
def test_directives_as_mail_programs_write_them(kind, form, spelling):
    found = find_directives([TextPart(kind, filled(form, spelling))])

    # A bold line has its marks taken off, or they are one of the readings.
    assert "Secret7" in found.passwords
    assert found.quality is Quality.BEST
    assert found.due == "21-06-2026 15:15:00"
    assert found.mistakes == ()


def on_top(part):
    """A real letter with directives written above what is in it."""
    if part.kind is TextKind.PLAIN:
        return TextPart(part.kind, f"p:Secret7\nQualité : best\n{part.text}")
    lines = "<div>p:Secret7</div><div>Qualité&nbsp;: best</div>"
    body = BODY_TAG.search(part.text)
    at = body.end() if body else 0
    return TextPart(part.kind, part.text[:at] + lines + part.text[at:])


def test_directives_on_top_of_every_real_letter_are_read(corpus):
    letters = 0
    for name, raw in corpus:
        try:
            mail = parse_mail(raw)
        except MalformedMessage:
            continue
        for part in mail.texts:
            letters += 1
            found = find_directives([on_top(part)])
            assert found.passwords[:1] == ("Secret7",), name
            assert found.quality is Quality.BEST, name
            # What else the letter says is prose, and no directive.
            others = (found.line, found.due, found.pages, found.cover, found.body)
            assert others == (None, None, None, False, False), name
            assert found.mistakes == (), name

    assert letters > 700
