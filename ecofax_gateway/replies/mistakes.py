"""
What can be wrong with an order, for those who read no French.

Pure: no I/O, no clock, no randomness.

The French sentence quotes what was written and is the exact one; here each kind of
mistake has one sentence.
"""

from collections.abc import Iterable

_WORDS = {
    "line": "ligne",
    "quality": "qualite",
    "date": "date",
    "pages": "pages",
    "repeats": "doublon",
    "cover": "garde",
    "body": "corps",
}
"""What the directives are written as, by the end of the codes about them."""

ENGLISH = {
    **{
        f"empty-{end}": f"The {word}: line is empty. Write what you want right after the"
        " colon, or take the line out."
        for end, word in _WORDS.items()
    },
    **{
        f"two-{end}": f"The mail has several {word}: lines that contradict each other."
        " Keep one."
        for end, word in _WORDS.items()
    },
    "bad-body": "Write corps:oui to have the text of the mail faxed.",
    "bad-cover": "Write garde:oui to have a cover page.",
    "bad-credentials": "The line number (subject) or the fax password (p:) is wrong."
    " Upper and lower case count in the password.",
    "bad-date": "The date cannot be used. Write it like this: date:21-06-2027 15:15:00",
    "bad-line": "The subject of your mail must be the number of your fax line and"
    " nothing else, for example: 0366720307",
    "bad-pages": "This is no choice of pages. Write it like this: pages:1-3,5",
    "bad-quality": "This quality does not exist. Write qualite:normal,"
    " qualite:premium or qualite:best.",
    "bad-repeats": "Write doublon:oui to send the fax to numbers that had it lately.",
    "cover-too-long": "The text of the mail is too long for a cover page. Shorten it, or"
    " write corps:oui to have it faxed on pages of its own.",
    "crashed": "The document cannot be converted. Send it as a PDF.",
    "damaged": "The document is damaged. Save it again and send it once more.",
    "empty": "The document is empty.",
    "empty-body": "You wrote corps:oui, but the mail has no text to fax.",
    "empty-password": "The p: line is empty. Write the fax password of your line"
    " right after the colon.",
    "encrypted": "The document is protected by a password. Save it without one.",
    "encrypted-mail": "Your mail is encrypted, so that we cannot read it. Send it without"
    " encryption.",
    "incomplete-mail": "A part of your mail is not in the mail: your mail program cut it"
    " up, put a link in its place or took the attachment out. Send it in one piece.",
    "list-not-text": "The list of numbers is no plain text. Save it as plain text.",
    "list-too-long": "The list of numbers is too long.",
    "list-quotes": "A quotation mark in the table of numbers is not closed.",
    "list-two-columns": "The table has several columns of numbers. Name the one that is to"
    " be called: fax.",
    "list-without-campaign": "A list of numbers goes to the address that begins with"
    " fax@.",
    "many-bad-numbers": "More than a tenth of the list are no fax numbers; the French text"
    " names the first lines. Correct them or take them out and send your mail again."
    " Nothing was faxed.",
    "misspelt": "A line of your mail looks like one of ours and is not; the French text"
    " quotes it. Correct it or take it out.",
    "missing-column": "The cover page needs a column that the list of numbers does not"
    " have; the French text names it.",
    "no-document": "There is no document to fax. Attach it, best as a PDF.",
    "no-list": "The list of recipients is missing. Attach a text file named"
    " numbers.txt with one fax number a line.",
    "no-number": "No valid fax number was found.",
    "no-pages": "The document has no pages.",
    "no-password": "The fax password is missing. Write it on a line of its own,"
    " after p: (for example p:the_password_of_the_line).",
    "no-route": "No telephone operator is set up for these numbers in this quality.",
    "no-such-page": "You chose pages that the documents do not have.",
    "other-line": "The subject names another fax line than the one that your mail"
    " program logged in with.",
    "poisoned": "Your mail could not be dealt with after several tries. Send the"
    " document as a PDF.",
    "report": "A delivery or read receipt is no order for a fax.",
    "sender-not-listed": "This line takes faxes from certain addresses only, and yours"
    " is not one of them. Write from another, or ask whoever manages the line.",
    "sender-not-proven": "Nothing proves that this mail is from you (no DKIM, no SPF)."
    " Send it through the usual mail server of your domain.",
    "signed-opaque": "The signed mail cannot be opened. Send it without signature.",
    "too-large": "The document is too large.",
    "too-many-documents": "There are too many documents.",
    "too-many-entries": "The list of numbers has too many entries.",
    "too-many-guesses": "Too many mails with a wrong password came for this line. None"
    " of yours is taken for a while; the French text says until when.",
    "too-many-numbers": "There are too many numbers.",
    "too-many-pages": "The document has too many pages.",
    "too-slow": "The document takes too long to convert. Send it as a PDF.",
    "two-lines": "The subject and the ligne: line name different fax lines. Keep one.",
    "two-passwords": "The mail has two different passwords. Keep one p: line.",
    "unreadable": "The mail or the document cannot be read. Write a new mail and"
    " attach the document, best as a PDF.",
    "unsupported": "This kind of document cannot be faxed. Send it as a PDF.",
    "winmail": "The attachment winmail.dat cannot be read. Send the mail as plain"
    " text or HTML, not as rich text.",
}

OTHER = "Your mail cannot be carried out; the French text says why."


def in_english(codes: Iterable[str]) -> list[str]:
    """One sentence for each kind of mistake, in their order, each once."""
    return list(dict.fromkeys(ENGLISH.get(code, OTHER) for code in codes)) or [OTHER]
