import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.page_choice import parse_page_choice
from ecofax_gateway.mail.part import TextKind, TextPart
from ecofax_gateway.orders.directive_lines import MAX_DIRECTIVES
from ecofax_gateway.orders.directives import find_directives
from ecofax_gateway.orders.given_password import MAX_PASSWORDS

QUOTED = "\n> p:Old\n> date: Tue, 3 Mar 2026 10:00:00 +0100\n"


def plain(text):
    return find_directives([TextPart(TextKind.PLAIN, text)])


def html(text):
    return find_directives([TextPart(TextKind.HTML, text)])


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("p:Secret7", id="guide"),
        pytest.param("P : Secret7", id="capital-spaces"),
        pytest.param("p\u00a0:\u00a0Secret7\u00a0", id="nbsp"),
        pytest.param("p\u202f: Secret7", id="narrow-nbsp"),
        pytest.param("\ufeffp:\u200bSecret7", id="invisible"),
        pytest.param("p：Secret7", id="full-width-colon"),
        pytest.param("p=Secret7", id="equals"),
        pytest.param("  p:Secret7  merci", id="words-behind"),
        pytest.param("Bonjour,\n\np:Secret7\n\nCordialement,\nJeanne", id="letter"),
        pytest.param("- p:Secret7", id="dash-bullet"),
        pytest.param("• p:Secret7", id="bullet"),
        pytest.param("1. p:Secret7", id="numbered"),
        pytest.param("*p:Secret7*", id="bold-line"),
        pytest.param("*p*: Secret7", id="bold-key"),
        pytest.param("«\u00a0p:Secret7\u00a0»", id="quoted-line"),
        pytest.param("p:«\u00a0Secret7\u00a0»", id="french-quotes"),
        pytest.param('p:"Secret7"', id="quotes"),
        pytest.param("p:“Secret7”", id="curly-quotes"),
        pytest.param("p:Secret7.", id="full-stop"),
        pytest.param("mdp: Secret7", id="mdp"),
        pytest.param("Mot de passe : Secret7", id="mot-de-passe"),
        pytest.param("Mot de passe fax : Secret7", id="mot-de-passe-fax"),
        pytest.param("password: Secret7", id="password"),
        pytest.param("p:Secret7\n-- \nJ. Dupont\nP : 06 12 34 56 78", id="signature"),
        pytest.param("p:Secret7\n--\nP: 0612345678", id="signature-bare"),
        pytest.param("p:Secret7\nJ. Dupont\nP : +33 6 12 34 56 78", id="telephone"),
        pytest.param("p:Secret7\nJ. Dupont\nP : 06 12 34 56 78 | T : 01 23 45 67 89",
                     id="telephones"),
        pytest.param("p:Secret7\nJ. Dupont\nP: 0612345678/F: 0123456789",
                     id="telephone-and-fax"),
        pytest.param("p:Secret7\nJ. Dupont\nP : 06.12.34.56.78<tel:+33612345678>",
                     id="telephone-link"),
        pytest.param("Mot de passe du fax : Secret7", id="mot-de-passe-du-fax"),
        pytest.param("mot-de-passe : Secret7", id="mot-de-passe-hyphens"),
        pytest.param("Password fax: Secret7", id="password-fax"),
        pytest.param("p:Secret7<http://Secret7>", id="web-link"),
        pytest.param("`p:Secret7`", id="backticks"),
        pytest.param("→ p:Secret7", id="arrow"),
        pytest.param("✓ p:Secret7", id="tick"),
        pytest.param("a) p:Secret7", id="lettered"),
        pytest.param("p:Secret7\n\nEnvoyé de mon iPhone\np:Other", id="iphone"),
        pytest.param("p:Secret7\nEnvoyé à partir de Outlook\np:Other", id="outlook-app"),
        pytest.param("p:Secret7\nTélécharger Outlook pour iOS\np:Other", id="outlook-ios"),
        pytest.param("p:Secret7\nSent from my Galaxy\np:Other", id="android"),
        pytest.param("p:Secret7\n________________________________\nDe : x\np:Old",
                     id="outlook-rule"),
        pytest.param("p:Secret7\n-----Message d'origine-----\np:Old", id="outlook-old"),
        pytest.param("p:Secret7\n----- Mail original -----\np:Old", id="zimbra"),
        pytest.param("p:Secret7\n---------- Forwarded message ---------\np:Old",
                     id="gmail-forward"),
        pytest.param("p:Secret7\n---------- Message transféré ----------\np:Old",
                     id="gmail-transfert"),
        pytest.param("p:Secret7\nDébut du message réexpédié :\np:Old", id="apple-forward"),
        pytest.param("p:Secret7\nLe lun. 2 mars 2026 à 10:12, J D <j@x.fr> a écrit :\np:Old",
                     id="attribution"),
        pytest.param("p:Secret7\nLe lun. 2 mars 2026 à 10:12, Jean Dupont\n"
                     "<j@x.fr> a écrit :\np:Old", id="attribution-broken"),
        pytest.param("p:Secret7\nOn Mon, 2 Mar 2026 at 10:12, J <j@x.fr> wrote:\np:Old",
                     id="attribution-english"),
        pytest.param("p:Secret7\nJean Dupont <j@x.fr> a écrit :\np:Old",
                     id="attribution-without-date"),
        pytest.param("p:Secret7\nJean Dupont a écrit le 02/03/2026 10:12 :\np:Old",
                     id="attribution-date-last"),
        pytest.param("p:Secret7\n---- Le ven., 20 nov. 2026 10:12:00 +0100 J <j@x.fr> a écrit"
                     " ----\np:Old", id="zoho"),
        pytest.param("p:Secret7\nDe : J\nA : K\nSujet : x\n\np:Old", id="sfr-header"),
        pytest.param("Message externe, prudence\n______________\n\np:Secret7\n",
                     id="banner"),
        pytest.param("Message externe\n_____\np:Secret7\n_____\np:Old", id="banner-rule"),
        pytest.param("p:Secret7\nDe : J\nEnvoyé : lundi\nÀ : K\nObjet : x\np:Old",
                     id="old-header"),
        pytest.param("p:Secret7" + QUOTED, id="quoted"),
        pytest.param(QUOTED + "p:Secret7", id="below-quoted"),
    ],
)  # fmt: skip
def test_plain_forms_of_the_password(body):
    found = plain(body)

    assert "Secret7" in found.passwords
    assert len(found.passwords) <= MAX_PASSWORDS
    assert found.mistakes == ()
    assert found.due is None


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<div>p:Secret7</div>", id="div"),
        pytest.param("p:Secret7<br>merci", id="br"),
        pytest.param("<p>p:Sec<b>ret</b>7</p>", id="inline-tags"),
        pytest.param("<p class=MsoNormal>p&nbsp;:&nbsp;Secret7<o:p></o:p></p>", id="word"),
        pytest.param("<table><tr><td>p:Secret7</td><td>x</td></tr></table>", id="cells"),
        pytest.param("<head><style>p:red</style></head><p>p:Secret7</p>", id="style"),
        pytest.param("<!-- p:no --><p>p:Secret7</p>", id="comment"),
        pytest.param("<div style='display: none'>p:no</div><p>p:Secret7</p>", id="hidden"),
        pytest.param("<div style='font-size:0px'>p:no</div><p>p:Secret7</p>", id="preheader"),
        pytest.param("<p>p:Secret7</p><hr><p>p:Old</p>", id="rule"),
        pytest.param("<div>p:Secret7</div><div class='gmail_quote'>p:Old</div>", id="gmail"),
        pytest.param("<blockquote type=cite>p:Old</blockquote><p>p:Secret7</p>", id="cite"),
        pytest.param("<p>p:Secret7</p><div class=moz-signature>P: 1</div>", id="moz-sig"),
        pytest.param("<p>p:Secret7</p><div id=divRplyFwdMsg>x</div><p>p:Old</p>",
                     id="outlook-web"),
        pytest.param("<p>p:Secret7</p><div style='border:none;border-top:solid #E1E1E1 1pt'>"
                     "<b>De&nbsp;:</b> x</div><p>p:Old</p>", id="outlook"),
        pytest.param("<div>EXTERNE</div><hr><p>p:Secret7</p>", id="banner"),
        pytest.param("<table><tr><td>p :</td><td>Secret7</td></tr></table>", id="two-cells"),
        pytest.param("<table><tr><td><p>Mot de passe :</p></td>\n <td><p>Secret7</p></td></tr>"
                     "<tr><td>Bonjour</td><td>Merci</td></tr></table>", id="word-cells"),
        pytest.param("<table><tr><td>Merci :</td></tr><tr><td>p:Secret7</td></tr></table>",
                     id="rows"),
        pytest.param("<table><tr><td>Note :</td><td>p:Secret7</td></tr></table>",
                     id="cell-beside-another"),
        pytest.param("<dl><dt>p:<dd>Secret7</dl>", id="definition"),
        pytest.param("<p>p:<span style='font-size:10.0pt'>Secret7</span></p>", id="sized"),
        pytest.param("<div>p:Secret7</div>" + "<div>" * 30_000, id="deep"),
    ],
)  # fmt: skip
def test_html_forms_of_the_password(body):
    found = html(body)

    assert found.passwords == ("Secret7",)
    assert found.mistakes == ()


@pytest.mark.parametrize(
    "body",
    ["Jeanne\nP : 06 12 34 56 78", "P: +33 (0)6 12 34 56 78 | T: 01 23 45 67 89"],
)
def test_a_telephone_in_a_signature_is_no_password(body):
    found = plain(body)

    assert (found.passwords, found.mistakes) == ((), ())


def test_a_password_of_digits_is_one():
    assert plain("p:0612345678").passwords == ("0612345678",)


@pytest.mark.parametrize(
    "line",
    ["Date d'envoi : {}", "Date d’envoi : {}", "date envoi: {}", "Date et heure : {}",
     "DATE DE L'ENVOI={}", "date : «\u00a0{}\u00a0»"],
)  # fmt: skip
def test_a_date_has_many_names(line):
    """One that is missed would send the fax at once."""
    assert plain("p:Secret7\n" + line.format("21/06/2026 à 15h15")).due == (
        "21/06/2026 à 15h15"
    )


def test_a_line_that_became_a_link_is_read_without_it():
    found = plain("p:Secret7\nligne: 03 66 72 03 07<tel:+33366720307>")

    assert found.line == "03 66 72 03 07"


def test_what_stands_empty_in_one_form_is_taken_from_the_other():
    """Outlook writes the cells of a table below each other in its plain text."""
    found = find_directives(
        [
            TextPart(TextKind.PLAIN, "p :\n\nSecret7\n\nqualité :\n\nbest"),
            TextPart(TextKind.HTML, "<p>p : Secret7</p><p>qualité : best</p>"),
        ]
    )

    assert found.passwords == ("Secret7",)
    assert (found.quality, found.mistakes) == (Quality.BEST, ())


@pytest.mark.parametrize(
    "tags",
    [
        "<pre>{}</pre>",
        "<pre><b>{}</b></pre>",
        "<div style='white-space: pre-wrap'>{}</div>",
    ],
)
def test_lines_of_text_that_keeps_them_are_lines(tags):
    found = html(tags.format("p:Secret7\r\ndate:21/06/2026 15:15\r\n\r\nMerci"))

    assert (found.passwords, found.due) == (("Secret7",), "21/06/2026 15:15")


@pytest.mark.parametrize(
    "scan",
    ["Scanned from MFP07654321.\nDate:02/13/2019 12:17\nPages:2\nResolution:200x200 DPI\n---",
     "Numérisé à partir de TASKalfa\nDate : 13/02/2019 12:17\nPages : 2\nRésolution : 200"],
)  # fmt: skip
@pytest.mark.parametrize("order", ["p:Secret7\n{}", "{}\n\np:Secret7"])
def test_what_a_copier_tells_of_its_scan_is_no_directive(scan, order):
    """It would choose one page and a day long past."""
    found = plain(order.format(scan))

    assert found.passwords == ("Secret7",)
    assert (found.due, found.pages, found.mistakes) == (None, None, ())


def test_a_date_above_what_a_copier_tells_is_one():
    found = plain("p:Secret7\ndate:21/06/2026 15:15\nScanned from MFP1\nPages:2")

    assert (found.due, found.pages) == ("21/06/2026 15:15", None)


def test_an_empty_cell_takes_nothing_of_the_next_row():
    found = html(
        "<table><tr><td>p:</td><td>Secret7</td></tr><tr><td>qualite:</td><td> </td></tr>"
        "<tr><td>date:</td><td>21/06/2026 15:15</td></tr></table>"
    )

    assert (found.passwords, found.due) == (("Secret7",), "21/06/2026 15:15")
    assert [mistake.code for mistake in found.mistakes] == ["empty-quality"]


def test_any_number_of_spaces_between_cells_is_read_at_once():
    began = time.process_time()
    found = html("<table><tr><td>p:<td>Secret7</table>" + "<p>a" + " " * 60_000 + "<p>")

    assert found.passwords == ("Secret7",)
    assert time.process_time() - began < 1


def test_an_old_mail_below_a_rule_gives_no_password():
    assert plain("Voir\n_____\nDe : J\nEnvoyé : lundi\nÀ : K\np:Old").passwords == ()
    assert html("Voir<hr><div id=divRplyFwdMsg>x</div>p:Old").passwords == ()


def test_outlooks_smileys_are_turned_back():
    assert html("p:<span style='font-family:Wingdings'>J</span>abc").passwords == (
        ":)abc",
    )


def test_a_mailto_put_into_the_password_is_tried_without():
    found = plain("p:ab@c.fr<mailto:ab@c.fr>")

    assert found.passwords[:2] == ("ab@c.fr", "ab@c.fr<mailto:ab@c.fr>")


@pytest.mark.parametrize(
    "password", ["a:b;c", "http://x", "é€ß", "ﬁ①", "p:x", "**", "««"]
)
def test_any_password_without_spaces_is_read_as_written(password):
    assert password in plain(f"p:{password}").passwords


@pytest.mark.parametrize(
    "body",
    ["voici p:Secret7", "http://x/?p:Secret7", "Après p:x", "sp:Secret7", "p Secret7", "",
     "> p:Secret7", "-- \np:Secret7"],
)  # fmt: skip
def test_a_password_in_mid_sentence_or_quoted_is_none(body):
    assert plain(body).passwords == ()


@pytest.mark.parametrize(
    "body",
    [
        "p:Secret7 qualite:best date:21-06-2026 15:15:00",
        "p:Secret7;qualite:best;date:21-06-2026 15:15:00",
        "p:Secret7, Qualité : best, Date : 21-06-2026 15:15:00",
        "date:21-06-2026 15:15:00 qualite:best p:Secret7",
        "qualité: meilleure\ndate: 21-06-2026 15:15:00.\np:Secret7",
        "Quality=BEST\nDATE=21-06-2026 15:15:00\nP=Secret7",
        "p:Secret7\nqualite:best\nqualite:best\ndate:21-06-2026 15:15:00",
    ],
)
def test_several_directives(body):
    found = plain(body)

    assert found.passwords == ("Secret7",)
    assert found.quality is Quality.BEST
    assert found.due == "21-06-2026 15:15:00"
    assert found.mistakes == ()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("p:", "empty-password"),
        ("p:Secret7\np:Secret8", "two-passwords"),
        ("p:Secret7\nqualite:top", "bad-quality"),
        ("p:Secret7\nqualite:best\nqualite:normal", "two-quality"),
        ("p:Secret7\ndate:21-06-2026 15:15\ndate:22-06-2026 15:15", "two-date"),
        ("p:Secret7\nqualite:Secret7", "bad-quality"),
    ],
)
def test_mistakes_quote_the_directive_and_never_the_password(body, code):
    found = plain(body)

    assert [mistake.code for mistake in found.mistakes] == [code]
    assert "Secret8" not in found.mistakes[0].sentence
    assert "Secret7" not in repr(found)


def test_the_plain_and_the_html_part_are_one_letter():
    found = find_directives(
        [
            TextPart(TextKind.PLAIN, "p:Sec ret7\n"),
            TextPart(TextKind.HTML, "<p>p:Secret7</p><p>qualite:best</p>"),
        ]
    )

    assert found.passwords == ("Sec",)
    assert found.quality is Quality.BEST


def test_of_endless_directives_the_first_are_read():
    found = plain(
        "p:Secret7\n" + "nom:x\n" * (MAX_DIRECTIVES - 2) + "garde:oui\ncorps:oui"
    )

    assert (found.cover, found.body) == (True, False)


def test_a_200_kb_line_of_dashes_is_no_trouble():
    assert plain("-" * 200_000 + "\np:Secret7").passwords == ("Secret7",)


@given(st.text(), st.sampled_from(list(TextKind)))
def test_any_text_is_read(text, kind):
    find_directives([TextPart(kind, text)])


@given(st.lists(st.sampled_from(
    ["p:", "qualite:", "date:", "x", " ", "\n", ";", "<br>", "<div class=gmail_quote>",
     "*", "«", "»", ">", "--", "Le 1:1 ", "a écrit :", "De :", "\u00a0", "<!--", "<hr>"]
), max_size=30).map("".join))  # fmt: skip
def test_any_mixture_of_marks_is_read(text):
    for kind in TextKind:
        find_directives([TextPart(kind, text)])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("p:Secret7\ndoublon:oui", True),
        ("p:Secret7\nDoublons : OUI.", True),
        ("p:Secret7 doublon:oui", True),
        ("p:Secret7\ndoublon:non", False),
        ("p:Secret7", False),
    ],
)
def test_a_repeat_is_meant_only_if_it_is_said(body, expected):
    found = plain(body)

    assert found.repeats is expected
    assert found.mistakes == ()
    assert found.passwords[0] == "Secret7"


def test_a_repeat_that_is_not_understood_is_a_mistake():
    [mistake] = plain("p:Secret7\ndoublon:peut-être").mistakes

    assert mistake.code == "bad-repeats"


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        pytest.param("ligne:0366720307", "line", "0366720307", id="ligne"),
        pytest.param("Ligne : 03 66 72 03 07.", "line", "03 66 72 03 07", id="spaced"),
        pytest.param("Ligne fax : 0366720307", "line", "0366720307", id="ligne-fax"),
        pytest.param("line=0366720307", "line", "0366720307", id="line"),
        pytest.param("garde:oui", "cover", True, id="garde"),
        pytest.param("Garde : OUI.", "cover", True, id="garde-capitals"),
        pytest.param("Page de garde : oui", "cover", True, id="page-de-garde"),
        pytest.param("cover: yes", "cover", True, id="cover"),
        pytest.param("garde:non", "cover", False, id="garde-non"),
        pytest.param("corps:oui", "body", True, id="corps"),
        pytest.param("Corps du message : oui", "body", True, id="corps-du-message"),
        pytest.param("corps : « oui »", "body", True, id="corps-quoted"),
        pytest.param("corps:non", "body", False, id="corps-non"),
        pytest.param("nom:Mme Durand", "name", "Mme Durand", id="nom"),
        pytest.param("Nom : Société X, service achats", "name",
                     "Société X, service achats", id="nom-comma"),
        pytest.param("Destinataire : Dr. Weiß", "name", "Dr. Weiß", id="destinataire"),
        pytest.param("nom:", "name", "", id="nom-empty"),
        pytest.param("nom:" + "x" * 120, "name", "x" * 100, id="nom-long"),
        pytest.param("pages:1-3,5", "pages", parse_page_choice("1-3,5"), id="pages"),
        pytest.param("Pages : 1 à 3 et 5", "pages", parse_page_choice("1-3,5"),
                     id="pages-french"),
        pytest.param("page:2.", "pages", parse_page_choice("2"), id="page"),
        pytest.param("pages:2-", "pages", parse_page_choice("2-"), id="pages-open"),
    ],
)  # fmt: skip
def test_what_else_may_be_asked(line, name, value):
    for body in (f"p:Secret7\n{line}", f"{line}\np:Secret7"):
        found = plain(body)
        assert getattr(found, name) == value
        assert found.mistakes == ()
        assert "Secret7" in found.passwords
    assert getattr(html(f"<p>p:Secret7</p><p>{line}</p>"), name) == value


def test_all_of_it_on_one_line():
    found = plain(
        "p:Secret7 nom:Mme Durand, achats; garde:oui corps:non pages:1-2"
        " ligne:0366720307 qualite:best doublon:oui date:21-06-2026 15:15"
    )

    assert found.name == "Mme Durand, achats"
    assert (found.cover, found.body, found.repeats) == (True, False, True)
    assert (str(found.pages), found.line) == ("1-2", "0366720307")
    assert (found.quality, found.due) == (Quality.BEST, "21-06-2026 15:15")
    assert found.mistakes == ()


@pytest.mark.parametrize(
    ("line", "code", "quote"),
    [
        ("garde:peut-être", "bad-cover", "« peut-être »"),
        ("garde:", "empty-cover", "« garde: »"),
        ("Qualité :", "empty-quality", "« qualite: »"),
        ("date: « »", "empty-date", "« date: »"),
        ("ligne:", "empty-line", "« ligne: »"),
        ("corps:tout", "bad-body", "« tout »"),
        ("doublon:quoi", "bad-repeats", "« quoi »"),
        ("pages:toutes", "bad-pages", "« toutes »"),
        ("pages:5-3", "bad-pages", "« 5-3 »"),
        ("Pages : 3 (y compris celle-ci)", "bad-pages", "« 3 (y compris celle-ci) »"),
        ("pages:" + "9" * 99, "bad-pages", f"« {'9' * 60}... »"),
        ("garde:oui\ngarde:non", "two-cover", "« garde: »"),
        ("corps:oui\ncorps:non", "two-body", "« corps: »"),
        ("pages:1\npages:2", "two-pages", "« pages: »"),
        ("ligne:0366720307\nligne:0972101010", "two-line", "« ligne: »"),
        ("doublon:oui\ndoublon:non", "two-repeats", "« doublon: »"),
    ],
)
def test_what_is_not_understood_is_quoted(line, code, quote):
    [mistake] = plain(f"p:Secret7\n{line}").mistakes

    assert mistake.code == code
    assert quote in mistake.sentence


@pytest.mark.parametrize(
    "line", ["garde:peut-être", "pages:toutes", "corps:bien", "doublon:quoi"]
)
def test_without_a_password_it_is_prose_unless_the_sender_logged_in(line):
    parts = [TextPart(TextKind.PLAIN, line)]

    assert find_directives(parts).mistakes == ()
    assert len(find_directives(parts, has_login=True).mistakes) == 1


def test_the_same_twice_is_no_contradiction():
    found = plain('p:Secret7\ngarde:oui\nGarde : yes\npages:1-2\n"pages:1-2"')

    assert (found.cover, str(found.pages), found.mistakes) == (True, "1-2", ())


@given(st.lists(st.sampled_from(
    ["p:x", "garde:", "oui", "non", "nom:", "pages:", "1-3", ",", " ", "\n", ";", "corps:",
     "ligne:", "0366720307", "date:", "21-06-2026 15:15", "*", "« ", " »"]
), max_size=20).map("".join), st.booleans())  # fmt: skip
def test_any_mixture_of_directives_is_read(text, has_login):
    found = find_directives([TextPart(TextKind.PLAIN, text)], has_login=has_login)

    assert all(mistake.sentence for mistake in found.mistakes)
