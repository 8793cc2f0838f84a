"""
An HTML body as the lines that a person sees.

Pure: no I/O, no clock, no randomness.

Only what is needed to find directives: no layout, no links. What a reader does not
see (hidden preheaders) and what he did not write (quotes, signatures) is left out.
"""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_HTML_CHARS = 64 * 1024
"""The parser is quadratic in nesting: 13 000 open tags, as many as fit, take 0.5 s.
Outlook's style sheet, which alone may be longer, is cut out before."""

MAX_NODES = 50_000
"""A second bound on the walk."""

MAX_INLINE_DEPTH = 5
"""Tags between a text and the `pre` that it stands in; bold in a link are two."""

QUOTE_MARK = "-----Message d'origine-----"
"""The line put where an old mail begins; a stop rule of `body`."""

RULE = "_____"
"""The line put where one is drawn: above an old mail, or below a warning on top."""

JOINT = "\x1f"
"""Between a cell with a colon at its end and the next one, « p: » and the password: where
else it is a line's end."""

_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(style|script|head|title|template|svg)\b.*?(?:</\1\s*>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "br", "caption", "center",
     "dd", "div", "dl", "dt", "fieldset", "footer", "form", "h1", "h2", "h3", "h4",
     "h5", "h6", "header", "html", "li", "main", "nav", "ol", "p", "pre", "section",
     "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)  # fmt: skip
_CELLS = frozenset({"td", "th", "dt", "dd"})
_DROPPED = frozenset({"script", "style", "head", "title", "template", "noscript"})
_HIDDEN = re.compile(r"display:none|mso-hide:all|font-size:0(?:px|pt|em|%)?(?:;|\Z)")
_QUOTED_HEADER = re.compile(r"\s*(?:de|from|von)\s*:", re.IGNORECASE)
_QUOTES_AND_SIGNATURES = frozenset(
    {"gmail_quote", "gmail_quote_container", "gmail_signature", "yahoo_quoted",
     "moz-cite-prefix", "moz-signature"}
)  # fmt: skip
_WINGDINGS = {"J": ":)", "L": ":(", "K": ":|"}


def visible_text(html: str) -> str:
    """
    Give the text of *html*, one line for each block; never raises.

    Where an old mail starts there is a line `QUOTE_MARK`. A cell that follows one with a
    colon at its end is in the same line with it, behind a `JOINT`.
    """
    tree = LexborHTMLParser(_without_unseen(html)[:MAX_HTML_CHARS])
    root = tree.body or tree.root
    if root is None:
        return ""
    return _joined("".join(_pieces(root)))


def _joined(text: str) -> str:
    """Put the cells together; linear, for a stranger may write any number of spaces."""
    first, *others = text.split(JOINT)
    if not others:
        return first
    *between, last = others
    return JOINT.join(
        [first.rstrip(), *(each.strip() for each in between), last.lstrip()]
    )


def _without_unseen(html: str) -> str:
    """Linear: an unclosed comment or style ends the text, as in a browser."""
    kept, position = [], 0
    while match := _UNSEEN.search(html, position):
        kept.append(html[position : match.start()])
        position = match.end()
    return "".join([*kept, html[position:]])


def _pieces(root: LexborNode) -> Iterator[str]:
    """Walk without recursion: a mail may nest deeper than Python's stack."""
    node: LexborNode | None = root
    after_colon = False
    for _ in range(MAX_NODES):
        if node is None:
            return
        tag = node.tag or ""
        descend = False
        if tag == "-text":
            text = _written_text(node)
            if seen := text.rstrip():
                after_colon = seen.endswith((":", "="))
            yield text
        elif tag == "hr":
            yield f"\n{RULE}\n"
        elif _starts_old_mail(node):
            yield f"\n{QUOTE_MARK}\n"
        elif tag in _DROPPED or _is_unwritten(node, tag):
            yield "\n"
        elif smiley := _smiley(node):
            yield smiley
        elif after_colon and _follows_a_cell(node, tag):
            yield JOINT
            descend = True
        else:
            yield "\n" if tag in _BLOCKS else ""
            descend = True
        node, closed = _next(node, root, descend=descend)
        if closed:
            yield "\n"


def _written_text(node: LexborNode) -> str:
    """A line end in the source is only a space, for the tags make the lines; but in `pre`."""
    text = (node.text(deep=False) or "").replace(JOINT, " ")
    if "\n" in text and _keeps_lines(node):
        return text
    return re.sub(r"[\r\n\t]+", " ", text)


def _keeps_lines(node: LexborNode) -> bool:
    parent = node.parent
    for _ in range(MAX_INLINE_DEPTH):
        if parent is None:
            return False
        if parent.tag == "pre" or "white-space:pre" in _style(parent):
            return True
        parent = parent.parent
    return False


def _next(
    node: LexborNode, root: LexborNode, *, descend: bool
) -> tuple[LexborNode | None, bool]:
    """The node after *node* in reading order, and whether a block ended before it."""
    if descend and node.child is not None:
        return node.child, False
    closed = False
    current: LexborNode | None = node
    while current is not None and current.mem_id != root.mem_id:
        if current.next is not None:
            return current.next, closed
        current = current.parent
        closed |= current is not None and (current.tag or "") in _BLOCKS
    return None, closed


def _follows_a_cell(node: LexborNode, tag: str) -> bool:
    """Whether a cell with words stands behind another one in its row."""
    if tag not in _CELLS:
        return False
    before = node.prev
    if before is not None and before.tag == "-text":
        before = before.prev
    return before is not None and before.tag in _CELLS and bool(node.text().strip())


def _starts_old_mail(node: LexborNode) -> bool:
    """Outlook does not wrap what it quotes: all that follows is the old mail."""
    if (node.attributes.get("id") or "").lower() == "divrplyfwdmsg":
        return True
    return bool(
        "border-top:solid" in _style(node)
        and _QUOTED_HEADER.match(node.text(deep=True)[:200])
    )


def _is_unwritten(node: LexborNode, tag: str) -> bool:
    """A quotation, a signature, or what no reader sees."""
    attributes = node.attributes
    if tag == "blockquote" and (
        attributes.get("type") == "cite" or "cite" in attributes
    ):
        return True
    classes = set((attributes.get("class") or "").split())
    return bool(classes & _QUOTES_AND_SIGNATURES) or bool(_HIDDEN.search(_style(node)))


def _smiley(node: LexborNode) -> str:
    """Outlook turns ":)" into a letter of Wingdings; a password may start so."""
    if "wingdings" not in _style(node) or node.tag not in {"span", "font"}:
        return ""
    return _WINGDINGS.get(node.text(deep=True).strip(), "")


def _style(node: LexborNode) -> str:
    return re.sub(r"\s+", "", node.attributes.get("style") or "").lower()
