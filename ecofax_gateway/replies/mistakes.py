"""
What can be wrong with an order, for those who read no French.

Pure: no I/O, no clock, no randomness.

The French sentence quotes what was written and is the exact one; here each kind of
mistake has one sentence.
"""

from collections.abc import Iterable

ENGLISH = {
    "bad-credentials": "The line number (subject) or the fax password (p:) is wrong."
    " Upper and lower case count in the password.",
    "bad-date": "The date cannot be used. Write it like this: date:21-06-2027 15:15:00",
    "bad-line": "The subject of your mail must be the number of your fax line and"
    " nothing else, for example: 0366720307",
    "bad-quality": "This quality does not exist. Write qualite:normal,"
    " qualite:premium or qualite:best.",
    "bad-repeats": "Write doublon:oui to send the fax to numbers that had it lately.",
    "crashed": "The document cannot be converted. Send it as a PDF.",
    "damaged": "The document is damaged. Save it again and send it once more.",
    "empty": "The document is empty.",
    "empty-password": "The p: line is empty. Write the fax password of your line"
    " right after the colon.",
    "encrypted": "The document is protected by a password. Save it without one.",
    "list-not-text": "The list of numbers is no plain text. Save it as plain text.",
    "list-too-long": "The list of numbers is too long.",
    "list-without-campaign": "A list of numbers goes to the address that begins with"
    " fax@.",
    "many-bad-numbers": "More than a tenth of the list are no fax numbers; the French text"
    " names the first lines. Correct them or take them out and send your mail again."
    " Nothing was faxed.",
    "no-document": "There is no document to fax. Attach it, best as a PDF.",
    "no-list": "The list of recipients is missing. Attach a text file named"
    " numbers.txt with one fax number a line.",
    "no-number": "No valid fax number was found.",
    "no-pages": "The document has no pages.",
    "no-password": "The fax password is missing. Write it on a line of its own,"
    " after p: (for example p:the_password_of_the_line).",
    "no-route": "No telephone operator is set up for these numbers in this quality.",
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
    "too-many-guesses": "Too many mails with a wrong password came for this line. None"
    " of yours is taken for a while; the French text says until when.",
    "too-many-numbers": "There are too many numbers.",
    "too-many-pages": "The document has too many pages.",
    "too-slow": "The document takes too long to convert. Send it as a PDF.",
    "two-dates": "The mail has two different dates. Keep one date: line.",
    "two-passwords": "The mail has two different passwords. Keep one p: line.",
    "two-qualities": "The mail asks for different qualities. Keep one qualite: line.",
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
