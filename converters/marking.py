"""
The pieces of an HTML page that hold fields, each made a link that nobody sees.

Pure: no I/O, no clock, no randomness.

A piece is what a paragraph, a cell or a heading holds between the blocks in it. An
element with `data-qr="..."` becomes a QR code of that text; one with `data-if="..."` is
there only if that says something, e.g. `<tr data-if="[OBJET]">`.
"""

import re
from collections.abc import Iterator, Mapping
from html import escape
from xml.etree.ElementTree import Element, SubElement

from .contract import Cause
from .fields import FIELD, fields_of, replaced
from .place import MAX_PLACES, MAX_TEXT, Kind

SCHEME = "x-field:"
"Of the links; a number follows, from 0."

BRACKET = "\ue05b"
"Of the private use area: stands for a bracket that begins no field."

TOO_MANY_FIELDS = Cause(
    for_requester=f"Le modèle a plus de {MAX_PLACES} passages avec des champs."
    " Simplifiez-le.",
    code="too-large",
)


def with_texts(template: str, texts: Mapping[str, str]) -> bytes:
    """
    Fill the fields that are the same for every recipient.

    Args:
        texts: By key; plain, lines end in a line feed. A bracket in them begins no
            field, and what looks like HTML is none.
    """

    def value(key: str) -> str | None:
        if key not in texts:
            return None
        lines = escape(texts[key]).replace("[", BRACKET).split("\n")
        return "<br>".join(lines)

    return replaced(template, lambda field: value(field.key)).encode()


def without_empty(tree: Element) -> None:
    """Take out the elements whose `data-if="..."` says nothing, e.g. no subject."""
    for parent in list(tree.iter()):
        for child in list(parent):
            if child.get("data-if", "something").strip():
                continue
            place = list(parent).index(child)
            if place:
                before = parent[place - 1]
                before.tail = (before.tail or "") + (child.tail or "")
            else:
                parent.text = (parent.text or "") + (child.tail or "")
            parent.remove(child)


def with_brackets(tree: Element) -> None:
    """Show the brackets again that begin no field."""
    for each in tree.iter():
        each.text = (each.text or "").replace(BRACKET, "[")
        each.tail = (each.tail or "").replace(BRACKET, "[")


class Marks:
    """The marked pieces of a page, in their order."""

    def __init__(self) -> None:
        self.made: list[tuple[Kind, str]] = []
        "What each link stands for, by its number."

    def put(self, element: Element) -> None:
        """
        Mark what is in an element; it is changed.

        Raises:
            ConversionFailed: If there are too many.
            RecursionError: If its elements are nested too deeply.
        """
        if element.tag in _LEFT_ALONE:
            return
        code = element.get("data-qr")
        if code is not None:
            element[:] = [self._link(Kind.QR, code)]
            element.text = ""
            return
        pieces = list(_pieces(element))
        element.text, element[:] = "", []
        for piece in pieces:
            if isinstance(piece, Element):
                self.put(piece)
                element.append(piece)
            elif fields_of(piece.words):
                element.append(self._link(Kind.TEXT, piece.words))
            else:
                piece.return_to(element)

    def _link(self, kind: Kind, text: str) -> Element:
        text = text.replace(BRACKET, "[")[:MAX_TEXT]
        if len(self.made) == MAX_PLACES:
            raise TOO_MANY_FIELDS.failure()
        link = Element("a", href=f"{SCHEME}{len(self.made)}", style=_UNSEEN)
        self.made.append((kind, text))
        if kind is Kind.QR:
            link.set("style", f"{_UNSEEN};height:100%!important")
            return link
        first, *others = FIELD.sub(_NOMINAL, text).split("\n")
        link.text = first
        for line in others:
            SubElement(link, "br").tail = line
        return link


_UNSEEN = (
    "display:block!important;visibility:hidden!important;margin:0!important;"
    "padding:0!important;border:0!important;position:static!important;"
    "white-space:normal!important;text-indent:0!important"
)
_NOMINAL = "n" * 14
"What a field is as wide as, until somebody's value stands there."

_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "big",
        "bdi",
        "bdo",
        "br",
        "cite",
        "code",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
    ]
)
_LEFT_ALONE = frozenset(
    [
        "head",
        "iframe",
        "math",
        "noscript",
        "object",
        "script",
        "select",
        "style",
        "svg",
        "template",
        "textarea",
        "title",
        "video",
    ]
)
_SPACES = re.compile(r"[ \t\r\n\f]+")


class _Run:
    """Text and inline elements beside each other."""

    def __init__(self, text: str | None) -> None:
        self.text = text or ""
        self.elements: list[Element] = []

    @property
    def words(self) -> str:
        """What is read there, lines as they are broken by hand."""
        parts = [self.text]
        for element in self.elements:
            parts += _read(element)
            parts.append(element.tail or "")
        lines = "".join(parts).split(_BREAK)
        return "\n".join(_SPACES.sub(" ", line).strip() for line in lines).strip("\n")

    @property
    def only(self) -> Element | None:
        """The one element, if that is all there is."""
        if len(self.elements) != 1 or self.elements[0].tag == "br":
            return None
        [element] = self.elements
        beside = self.text + (element.tail or "")
        return None if beside.strip() or not isinstance(element.tag, str) else element

    def return_to(self, parent: Element) -> None:
        """Put everything back as it was."""
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + self.text
        else:
            parent.text = (parent.text or "") + self.text
        parent.extend(self.elements)


_BREAK = "\ue00a"
"Of the private use area: a line that ends by hand."


def _read(element: Element) -> Iterator[str]:
    if element.tag == "br":
        yield _BREAK
    if not isinstance(element.tag, str):
        return
    yield element.text or ""
    for child in element:
        yield from _read(child)
        yield child.tail or ""


def _pieces(element: Element) -> Iterator[Element | _Run]:
    """What an element holds: blocks, and runs of text between them."""
    run = _Run(element.text)
    for child in list(element):
        if _is_inline(child):
            run.elements.append(child)
            continue
        yield from _run_or_only(run)
        run = _Run(child.tail)
        child.tail = None
        yield child
    yield from _run_or_only(run)


def _run_or_only(run: _Run) -> Iterator[Element | _Run]:
    if run.only is not None:
        # Its letters are those of the element: what is marked stands inside.
        yield run.only
    elif run.text or run.elements:
        yield run


def _is_inline(element: Element) -> bool:
    if not isinstance(element.tag, str):
        return True  # a comment
    return (
        element.tag in _INLINE
        and element.get("data-qr") is None
        and all(map(_is_inline, element))
    )
