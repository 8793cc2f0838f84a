"""
The guide for those who fax cannot lie: each of its examples goes through the parser.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.errors import OrderRefused
from ecofax_gateway.domain.language import Tongue
from ecofax_gateway.mail.message import parse_mail
from ecofax_gateway.mail.part import TextKind, TextPart
from ecofax_gateway.orders.answering import wishes_of
from ecofax_gateway.orders.dates import parse_due
from ecofax_gateway.orders.directive_lines import WORDS
from ecofax_gateway.orders.directives import Directives, find_directives
from ecofax_gateway.orders.ordering import order_of
from ecofax_gateway.pipeline.credentials import (
    BAD_CREDENTIALS,
    NOT_LISTED,
    NOT_PROVEN,
    OTHER_LINE,
)
from ecofax_gateway.replies.wording import FRENCH, sections_of, template_names

GUIDE = (Path(__file__).parents[2] / "docs/envoyer-un-fax.md").read_text("utf-8")
PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2027, 3, 1, 10, tzinfo=UTC)

BLOCK = re.compile(
    r"^\#+\ (?P<title>[^\n]+)$"
    r"|^```(?P<kind>[^\n]*)\n(?P<text>.*?)^```$"
    r"|(?P<quote>(?:^>\ [^\n]*\n)+)",
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)


@dataclass
class Example:
    """A mail in the guide."""

    title: str
    "Of the section that it stands in."

    mail: bytes
    recipients: list[str]
    is_refused: bool
    said: str | None = None
    "What the guide says is answered."

    def order(self):
        return order_of(
            parse_mail(self.mail),
            recipients=self.recipients,
            now=NOW,
            zone=PARIS,
        )


def written(text, lists):
    """The mail of an example: its header in French, an empty line, its body."""
    head, _, body = text.partition("\n\n")
    fields = dict(line.split(" : ", 1) for line in head.splitlines())
    message = EmailMessage()
    message["Subject"] = fields.pop("Objet")
    recipients = fields.pop("À").split(", ")
    message.set_content(body)
    attached = [name for names in fields.values() for name in names.split(", ")]
    for name in attached:
        content = lists.get(name, f"%PDF-1.4 {name}")
        message.add_attachment(
            content.encode(),
            maintype="application",
            subtype="octet-stream",
            filename=name,
        )
    return message.as_bytes(), recipients


def examples():
    found, lists, title = [], {}, ""
    for block in BLOCK.finditer(GUIDE):
        if block["title"]:
            title = block["title"]
        elif block["quote"]:
            said = " ".join(block["quote"].replace("\n>", "").removeprefix(">").split())
            if found and found[-1].title == title:
                found[-1].said = said
            else:
                OTHERWISE_SAID[title] = said
        elif block["kind"] in ("mail", "mail refusé"):
            mail, recipients = written(block["text"], lists)
            found.append(Example(title, mail, recipients, block["kind"] != "mail"))
        else:
            lists[block["kind"]] = block["text"]
    return found


OTHERWISE_SAID: dict[str, str] = {}
"""What is said where no mail can show it: by the section's title."""

EXAMPLES = examples()

CARRIED_OUT = {
    "En une minute": lambda order: order.cover is None and order.due_at is None,
    "Tout sur une ligne": lambda order: order.quality is Quality.BEST
    and order.due_at == datetime(2027, 6, 21, 13, 15, tzinfo=UTC),
    "Une partie des pages": lambda order: order.page_choice.of(6) == {1, 2, 3, 5}
    and len(order.documents) == 2,
    "Une page de garde": lambda order: order.cover.name == "Mme Durand, service achats"
    and order.cover.text
    == "Bonjour Madame,\n\nVoici notre devis, valable un mois.",
    "Faxer le texte du message": lambda order: order.documents[0].content.decode(
        "utf-8-sig"
    )
    == "Bonjour,\n\nNous confirmons notre rendez-vous de lundi.",
    "Un objet libre": lambda order: order.cover.subject == "Votre devis"
    and order.line_number.e164 == "+33366720307",
    "Envoyer une seconde fois": lambda order: order.repeats_allowed,
    "Quelques-uns": lambda order: len(order.numbers) == 2,
    "Une liste : numbers.txt": lambda order: len(order.numbers) == 3
    and order.bad_numbers == (),
    "Un tableau : numbers.csv": lambda order: order.fields["+33972101927"]
    == {"Société": "Dupont; Père & Fils", "Fax": "0972101927", "Nom": "M. Dupont"},
}  # fmt: skip
"""What the example of a section must come to."""


@pytest.mark.parametrize(
    "example",
    [each for each in EXAMPLES if not each.is_refused],
    ids=lambda each: each.title,
)
def test_examples_are_carried_out(example):
    order = example.order()

    assert order.line_number.e164 == "+33366720307"
    assert order.password == "le_mot_de_passe"
    assert CARRIED_OUT[example.title](order)


def test_every_section_that_promises_something_has_its_example():
    shown = {each.title for each in EXAMPLES if not each.is_refused}

    assert shown == set(CARRIED_OUT)


@pytest.mark.parametrize(
    "example",
    [each for each in EXAMPLES if each.is_refused],
    ids=lambda each: each.title,
)
def test_errors_are_quoted_as_they_are_said(example):
    with pytest.raises(OrderRefused) as caught:
        example.order()

    assert example.said == " ".join(caught.value.for_requester.split())


def test_what_no_mail_can_show_is_quoted_as_it_is_said():
    assert OTHERWISE_SAID == {
        "Le mot de passe est faux": BAD_CREDENTIALS.for_requester,
        "L'adresse d'expédition n'est pas autorisée": NOT_LISTED.for_requester,
        "Rien ne prouve que le message vient de vous": NOT_PROVEN.for_requester,
        "Le message nomme une autre ligne que l'identifiant": OTHER_LINE.for_requester,
    }


def table_after(heading):
    """The first column of a table and the second, code marks taken off."""
    section = GUIDE.split(f"{heading}\n", 1)[1]
    rows = section[section.index("\n| ") + 1 :].split("\n\n", 1)[0]
    cells = [row.strip("| ").split(" | ") for row in rows.splitlines()[2:]]
    return [(row[0].strip("`"), row[1]) for row in cells]


@pytest.mark.parametrize(
    "line", [line for line, _ in table_after("## Les lignes que vous pouvez écrire")]
)
def test_every_line_of_the_table_asks_for_something(line):
    found = find_directives([TextPart(TextKind.PLAIN, f"p:le_mot_de_passe\n{line}")])

    assert found.mistakes == ()
    assert found.passwords == ("le_mot_de_passe",)
    if not line.startswith("p:"):
        assert found != Directives(passwords=found.passwords)


def test_the_table_has_every_directive():
    lines = table_after("## Les lignes que vous pouvez écrire")

    assert {line.partition(":")[0] for line, _ in lines} == {
        words[0] for words in WORDS.values()
    }


@pytest.mark.parametrize(
    "line", [line for line, _ in table_after("## Répondre à une réponse")]
)
def test_every_answer_of_the_table_wants_something(line, make_mail):
    wishes = wishes_of(parse_mail(make_mail(f"{line}\n\n> p:Ancien\n", files=[])))

    assert not wishes.is_empty
    assert wishes.mistakes == ()


@pytest.mark.parametrize(("line", "departure"), table_after("### La date"))
def test_dates_leave_when_the_guide_says(line, departure):
    found = parse_due(line.removeprefix("date:"), now=NOW, zone=PARIS)

    assert departure == f"le {found.local[:10]} à {found.local[11:19]}"


@pytest.mark.parametrize(
    "number",
    re.findall(r"`(\+?\d[\d ]+)`", GUIDE.split("### Comment écrire un numéro")[1])[:4],
)
def test_numbers_may_be_written_as_the_guide_writes_them(number, make_mail):
    order = order_of(
        parse_mail(make_mail()),
        recipients=[f'"{number}"@ecofax.fr'],
        now=NOW,
        zone=PARIS,
    )

    assert [found.e164 for found in order.numbers] == ["+33972101010"]


OTHER = frozenset(["a template that is no letter"])


def test_the_guide_names_replies_by_their_subjects():
    subjects = {
        re.sub(r"'.*'", "'x'", FRENCH.say(name, "subject", document="x"))
        for name in template_names()
        if sections_of(Tongue.FR, name).get("subject", OTHER) <= {"document"}
    }
    named = [
        re.sub(r"'.*'", "'x'", subject)
        for subject, _ in table_after("## Les réponses que vous recevez")
    ]

    assert len(named) == 10
    assert set(named) <= subjects
