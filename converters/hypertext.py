"""
HTML and wikitext to the plain HTML that LibreOffice sets.

Pure: no I/O, no clock, no randomness.

Of HTML only the charset is made sure of: what a page would fetch stays outside the
sandbox's walls. Of wikitext what letters and articles are made of: headings, lists,
tables, links, bold; templates and tags that stand for something else are left out.

Standards:
    WHATWG HTML (2024) §13.2.3.2 -- where a page names its charset
"""

import codecs
import re
from html import escape, unescape

from .text import decode_text

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]{1,40})", re.I)
_META = re.compile(r"<meta\b[^>]{0,2000}>", re.I)
"""Left out: none of it is printed, and LibreOffice 7.4 dies of a date of creation that
it cannot read."""

_ACTIVE = re.compile(r"<script\b.*?(?:</script\s*>|\Z)", re.I | re.S)


def to_utf8(content: bytes) -> bytes:
    """
    Re-code a page.

    Raises:
        NotText: If it is none.
    """
    named = _CHARSET.search(content[:4096])
    charset = named[1].decode("ascii") if named else ""
    text = decode_text(content, likely=charset if _is_known(charset) else "")
    text = _META.sub("", _ACTIVE.sub("", text))
    return codecs.BOM_UTF8 + text.encode()


def _is_known(charset: str) -> bool:
    try:
        return bool(codecs.lookup(charset))
    except (LookupError, ValueError):
        return False


def wiki_to_html(text: str) -> bytes:
    """
    Set wikitext as a page.

    Args:
        text: As `text.decode_text` returns it.
    """
    page = _Page()
    text = _COMMENT.sub("", text)
    for kind, block in _blocks(text):
        if kind == "pre":
            page.end_lists()
            page.out.append(f"<pre>{escape(unescape(block.strip(chr(10))))}</pre>")
        else:
            for line in block.split("\n"):
                page.line(line)
    page.end_lists()
    body = "\n".join(page.out)
    return codecs.BOM_UTF8 + f"<html><body>{body}</body></html>".encode()


_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_PRE = re.compile(
    r"<(pre|source|syntaxhighlight|nowiki)\b[^>]*>(.*?)</\1\s*>", re.I | re.S
)
_HEADING = re.compile(r"(={1,6})\s*(.+?)\s*\1\s*$")
_LIST = {"*": "ul", "#": "ol", ":": "dl", ";": "dl"}


def _blocks(text: str) -> list[tuple[str, str]]:
    blocks, at = [], 0
    for found in _PRE.finditer(text):
        blocks.append(("wiki", text[at : found.start()]))
        kind = "wiki" if found[1].lower() == "nowiki" else "pre"
        blocks.append((kind, found[2]))
        at = found.end()
    return [*blocks, ("wiki", text[at:])]


class _Page:
    """Lines of wikitext as they become lines of HTML."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self._open: list[str] = []
        self._in_table = False

    def line(self, line: str) -> None:
        """Take the next line."""
        if self._in_table or line.lstrip().startswith("{|"):
            self._table(line.strip())
            return
        marks = re.match(r"[*#:;]+", line)
        if marks:
            self._item(marks[0], line[marks.end() :])
            return
        self.end_lists()
        heading = _HEADING.match(line.strip())
        if heading:
            level = len(heading[1])
            self.out.append(f"<h{level}>{_inline(heading[2])}</h{level}>")
        elif re.fullmatch(r"-{4,}", line.strip()):
            self.out.append("<hr>")
        elif not line.strip():
            self.out.append("<p>")
        else:
            self.out.append(_inline(line))

    def end_lists(self) -> None:
        """Close what is open."""
        while self._open:
            self.out.append(f"</{self._open.pop()}>")

    def _item(self, marks: str, text: str) -> None:
        wanted = [_LIST[mark] for mark in marks[:_MAX_DEPTH]]
        while len(self._open) > len(wanted) or (
            self._open and self._open != wanted[: len(self._open)]
        ):
            self.out.append(f"</{self._open.pop()}>")
        for tag in wanted[len(self._open) :]:
            self.out.append(f"<{tag}>")
            self._open.append(tag)
        item = {"ul": "li", "ol": "li"}.get(wanted[-1], "dd")
        self.out.append(f"<{item}>{_inline(text)}</{item}>")

    def _table(self, line: str) -> None:
        if line.startswith("{|"):
            self.end_lists()
            self._in_table = True
            self.out.append('<table border="1" cellspacing="0" cellpadding="3"><tr>')
        elif line.startswith("|}"):
            self._in_table = False
            self.out.append("</tr></table>")
        elif line.startswith("|-"):
            self.out.append("</tr><tr>")
        elif line.startswith("|+"):
            self.out.append(f"<caption>{_inline(line[2:])}</caption>")
        elif line.startswith(("|", "!")):
            tag = "th" if line[0] == "!" else "td"
            for cell in re.split(r"\|\||!!", line[1:]):
                words = cell.rpartition("|")[2] if "[[" not in cell else cell
                self.out.append(f"<{tag}>{_inline(words)}</{tag}>")
        else:
            self.out.append(_inline(line) + "<br>")


_MAX_DEPTH = 8

_INLINE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\{\{[^{}]*\}\}"), ""),
    (
        re.compile(r"\[\[(?:File|Image|Fichier|Category|Catégorie):[^\[\]]*\]\]", re.I),
        "",
    ),
    (re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]"), r"\1"),
    (re.compile(r"\[(?:https?:|mailto:|//)\S+\s+([^\]]+)\]"), r"\1"),
    (re.compile(r"&lt;ref\b.*?(?:/&gt;|&lt;/ref&gt;)", re.I), ""),
    (
        re.compile(
            r"&lt;(/?(?:b|i|u|s|sub|sup|tt|code|small|big|br|em|strong)\s*/?)&gt;", re.I
        ),
        r"<\1>",
    ),
    (re.compile(r"&lt;/?\w[^&]*?&gt;"), ""),
    (re.compile(r"'''''(.+?)'''''"), r"<b><i>\1</i></b>"),
    (re.compile(r"'''(.+?)'''"), r"<b>\1</b>"),
    (re.compile(r"''(.+?)''"), r"<i>\1</i>"),
)


def _inline(text: str) -> str:
    made = escape(unescape(text), quote=False)
    for pattern, into in _INLINE:
        made = pattern.sub(into, made)
    return made.strip()
