"""
How a call ended, for those who read no French: what happened, and what to do.

Pure: no I/O, no clock, no randomness.
"""

from ..domain.outcome import Ending

SENTENCES: dict[Ending, tuple[str, str]] = {
    Ending.DELIVERED: (
        "The recipient's fax machine confirmed that it got every page.",
        "You need not do anything.",
    ),
    Ending.BUSY: (
        "The recipient's line was busy.",
        "Send the fax again later, or ask the recipient to free the line.",
    ),
    Ending.NO_ANSWER: (
        "Nobody picked up: the recipient's fax machine is probably off or unplugged.",
        "Ask the recipient to check that the fax machine is on and answers by itself,"
        " then send it again.",
    ),
    Ending.NUMBER_UNKNOWN: (
        "This number does not exist or is no longer in service.",
        "Check the fax number with the recipient, then send it to the right one.",
    ),
    Ending.REJECTED: (
        "The recipient, or the recipient's operator, refused the call.",
        "Ask the recipient whether the fax machine takes calls from your number.",
    ),
    Ending.UNREACHABLE: (
        "The recipient's line cannot be reached at the moment.",
        "Send the fax again later; if it goes on, the recipient must see the operator.",
    ),
    Ending.TRUNK_FAULT: (
        "The call could not leave: our telephone network was out of order.",
        "It is neither your fault nor the recipient's. Send the fax again later, or give"
        " the reference to the person who runs the service.",
    ),
    Ending.NOT_A_FAX: (
        "The call was picked up, but not by a fax machine (a person, an answering"
        " machine or silence).",
        "Check that this is the number of a fax machine and not of a telephone.",
    ),
    Ending.T38_REFUSED: (
        "The recipient's line did not accept a fax over the Internet (T.38).",
        "Send it once more; if it happens again, give the reference to the person who"
        " runs the service.",
    ),
    Ending.HANDSHAKE_FAILED: (
        "The recipient's fax machine answered, but the two machines did not come to"
        " terms: the line is probably bad.",
        "Send it at another time, or ask the recipient for another fax number.",
    ),
    Ending.INCOMPATIBLE: (
        "The recipient's fax machine cannot print this document (it may be out of"
        " paper).",
        "Ask the recipient to check the paper, or send it again with qualite:normal.",
    ),
    Ending.PAGE_REFUSED: (
        "The recipient's fax machine said that a page could not be read.",
        "Send the missing pages again; qualite:normal passes better on a bad line.",
    ),
    Ending.CUT_OFF: (
        "The recipient's fax machine hung up before the last page.",
        "Ask the recipient what has arrived, then send the missing pages.",
    ),
    Ending.STALLED: (
        "Nothing came any more in the call, and we hung up.",
        "Ask the recipient what has arrived, then send the missing pages.",
    ),
    Ending.PROTOCOL_ERROR: (
        "The recipient's fax machine answered in an unexpected way and the sending"
        " stopped.",
        "Send it once more; if it happens again, ask the recipient for another fax"
        " number.",
    ),
    Ending.BROKEN_OFF: (
        "Our service stopped during the call: we do not know for certain what the"
        " recipient has received.",
        "Ask the recipient what has arrived before you send it again.",
    ),
    Ending.NOT_REACHED: (
        "The call, shared by several faxes, ended before it was this one's turn.",
        "Send the fax again later: it is nobody's fault.",
    ),
    Ending.REPEAT: (
        "The same document had gone to this number and nobody asked for it to be sent a"
        " second time.",
        "If it is to leave all the same, send it again with the line doublon:oui.",
    ),
    Ending.CANCELLED: (
        "The sending was cancelled.",
        "Nothing else will leave.",
    ),
    Ending.DO_NOT_FAX: (
        "The recipient asked for no more faxes from you, or the person who runs the"
        " service has barred this number.",
        "Send no more faxes to this number and take it off your lists. If it is a"
        " mistake, see the person who runs the service.",
    ),
    Ending.LOCAL_FAULT: (
        "A fault of our service kept the call from being made.",
        "It is neither your fault nor the recipient's. Give the reference to the person"
        " who runs the service.",
    ),
}
"""(what happened, who can do what about it)."""
