"""
What an order's sender should know of it, for those who read no French.

Pure: no I/O, no clock, no randomness.

These sentences are made far from here, by whoever reads dates, prints pages or knows
fonts, and are kept in French. Each is known again by its form, and said with the same
values; a test makes every one of them where it is made and looks for its form here.
"""

import re
from collections.abc import Iterator, Mapping

FORMS: Mapping[str, str] = {
    # dates
    "L'heure demandée ({time}) était déjà passée à la réception de votre message : le"
    " fax part tout de suite.": "The time that you asked for ({time}) had passed when"
    " your mail came: the fax leaves at once.",
    "L'heure {time} n'existe pas le {day} (passage à l'heure d'été) : le fax est prévu"
    " à {later}.": "There is no {time} on {day} (summer time begins): the fax is due at"
    " {later}.",
    "L'heure {time} existe deux fois le {day} (passage à l'heure d'hiver) : le fax part"
    " la première fois.": "There are two times {time} on {day} (summer time ends): the"
    " fax leaves at the first.",
    # orders
    "Comme demandé (pages:{pages}), seules ces pages des documents joints sont"
    " envoyées.": "As you asked (pages:{pages}), only these pages of the documents are"
    " sent.",
    "La ligne « nom: » n'est imprimée que sur une page de garde : ajoutez garde:oui"
    " pour en avoir une.": "The nom: line is printed on a cover page only: add"
    " garde:oui to have one.",
    "Le numéro {number} est laissé de côté : aucun opérateur téléphonique n'est prévu"
    " pour cette destination dans cette qualité.": "The number {number} is left out: no"
    " telephone operator is set up for it in this quality.",
    # pages
    "Le document ne contient rien d’imprimable : il sort blanc.": "There is nothing in"
    " the document that can be printed: it comes out blank.",
    "La page {page} est plus grande qu’une feuille A4 : elle est réduite à {percent} %"
    " et peut être difficile à lire.": "Page {page} is larger than a sheet of A4: it is"
    " reduced to {percent} % and may be hard to read.",
    "{count} pages, dont la page {page}, sont plus grandes qu’une feuille A4 : elles"
    " sont réduites, jusqu’à {percent} %, et peuvent être difficiles à lire.": "{count}"
    " pages, page {page} among them, are larger than a sheet of A4: they are reduced,"
    " down to {percent} %, and may be hard to read.",
    "Du texte de la page {page} est très petit ({size} points) pour la qualité"
    " {quality} ; qualite:{finer} le rendrait lisible.": "Some text of page {page} is"
    " very small ({size} points) for the quality {quality}; qualite:{finer} would make"
    " it readable.",
    "Du texte de la page {page} est très petit ({size} points) pour la qualité"
    " {quality} et sera difficile à lire.": "Some text of page {page} is very small"
    " ({size} points) for the quality {quality} and will be hard to read.",
    "Du texte de la page {page} est gris clair, ou d’une couleur proche de son fond :"
    " il sortira fin et mal marqué. Écrivez-le en noir pour qu’il se lise bien.": "Some"
    " text of page {page} is light grey, or of a colour close to what it stands on: it"
    " will come out thin and faint. Write it in black so that it can be read.",
    "Du texte des pages {pages} est gris clair, ou d’une couleur proche de son fond :"
    " il sortira fin et mal marqué. Écrivez-le en noir pour qu’il se lise bien.": "Some"
    " text of the pages {pages} is light grey, or of a colour close to what it stands"
    " on: it will come out thin and faint. Write it in black so that it can be read.",
    "La dernière page était blanche : elle n’est pas envoyée.": "The last page was"
    " blank: it is not sent.",
    "Les {count} dernières pages étaient blanches : elles ne sont pas envoyées.": "The"
    " last {count} pages were blank: they are not sent.",
    "La page {page} est blanche.": "Page {page} is blank.",
    "Les pages {pages} sont blanches.": "The pages {pages} are blank.",
    "Aucune police installée n’a le caractère {character} : un carré vide sort à sa"
    " place. Envoyez le document en PDF.": "No installed font has the character"
    " {character}: an empty box comes out in its place. Send the document as a PDF.",
    "Aucune police installée n’a {count} caractères du document : {characters}. Des"
    " carrés vides sortent à leur place ; envoyez le document en PDF.": "No installed"
    " font has {count} characters of the document: {characters}. Empty boxes come out"
    " in their place; send the document as a PDF.",
    "La transmission durera environ {minutes} min.": "The transmission will take about"
    " {minutes} min.",
    "La transmission durera environ {minutes} min : la page {page} contient surtout des"
    " photos ou des trames.": "The transmission will take about {minutes} min: page"
    " {page} is mostly photos or shading.",
    "La transmission durera environ {minutes} min : {count} pages, dont la page {page}"
    " contiennent surtout des photos ou des trames.": "The transmission will take about"
    " {minutes} min: {count} pages, page {page} among them, are mostly photos or"
    " shading.",
    # why an entry of a list is no fax number
    "contient des lettres": "has letters in it",
    "contient des caractères qui ne sont pas des chiffres": "has characters in it that"
    " are no digits",
    "doit avoir entre {least} et {most} chiffres (les numéros courts et d'urgence ne"
    " reçoivent pas de fax)": "must have between {least} and {most} digits (short and"
    " emergency numbers receive no faxes)",
    "n'est pas un numéro de téléphone attribuable": "is no telephone number that"
    " anybody can have",
    "a été abîmé par le tableur : mettez la colonne au format Texte, puis ressaisissez"
    " le numéro": "was damaged by the spreadsheet: set the column to Text, then type"
    " the number again",
    "a un numéro de poste, ce qu'un fax ne peut pas composer": "has an extension, which"
    " a fax cannot dial",
    "est trop long": "is too long",
    "n'a pas de numéro dans la colonne « {column} »": "has no number in the column"
    ' "{column}"',
}
"""French -> English; what stands in braces is a value, the same in both."""

_OF_DOCUMENT = re.compile(r"« (?P<name>.+?) » : (?P<said>.+)", re.DOTALL)
_VALUE = re.compile(r"\\\{(\w+)\\\}")


def remark_in_english(sentence: str) -> str | None:
    """One sentence, or why a number is none; None: its form is not known."""
    for pattern, english in _PATTERNS:
        if known := pattern.fullmatch(sentence):
            return english.format(**known.groupdict())
    of_document = _OF_DOCUMENT.fullmatch(sentence)
    said = of_document and remark_in_english(of_document["said"])
    return f'"{of_document["name"]}": {said}' if of_document and said else None


def _compiled() -> Iterator[tuple[re.Pattern[str], str]]:
    for french, english in FORMS.items():
        yield (
            re.compile(_VALUE.sub(r"(?P<\1>.+?)", re.escape(french)), re.DOTALL),
            english,
        )


_PATTERNS = tuple(_compiled())
