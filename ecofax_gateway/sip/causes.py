"""
How a call ended: SIP status and Q.850 cause to our one word, in one table.

Pure: no I/O, no clock, no randomness.

The Q.850 cause of a Reason header is nearer to the called line than the status that a
gateway made of it, so it decides where it says something definite; general causes
("normal", "interworking") leave the word to the status.

Standards:
    RFC 3261 §21 -- responses
    RFC 3326 §2, RFC 6432 -- the Reason header, in requests and responses
    ITU-T Q.850 (10/2018) §2.2.7 -- causes
    RFC 3398 §7.2.4.1, §8.2.6.1 -- how gateways map one to the other
"""

from ..domain.outcome import Ending

_BY_STATUS: dict[int, Ending] = {
    401: Ending.TRUNK_FAULT,
    402: Ending.TRUNK_FAULT,
    403: Ending.REJECTED,
    404: Ending.NUMBER_UNKNOWN,
    406: Ending.T38_REFUSED,
    407: Ending.TRUNK_FAULT,
    408: Ending.NO_ANSWER,
    410: Ending.NUMBER_UNKNOWN,
    413: Ending.TRUNK_FAULT,
    414: Ending.TRUNK_FAULT,
    415: Ending.T38_REFUSED,
    416: Ending.TRUNK_FAULT,
    420: Ending.TRUNK_FAULT,
    421: Ending.TRUNK_FAULT,
    423: Ending.TRUNK_FAULT,
    433: Ending.REJECTED,
    480: Ending.UNREACHABLE,
    481: Ending.TRUNK_FAULT,
    482: Ending.TRUNK_FAULT,
    483: Ending.TRUNK_FAULT,
    484: Ending.NUMBER_UNKNOWN,
    485: Ending.NUMBER_UNKNOWN,
    486: Ending.BUSY,
    487: Ending.NO_ANSWER,
    488: Ending.T38_REFUSED,
    600: Ending.BUSY,
    603: Ending.REJECTED,
    604: Ending.NUMBER_UNKNOWN,
    606: Ending.T38_REFUSED,
    607: Ending.REJECTED,
    608: Ending.REJECTED,
}

_BY_CLASS: dict[int, Ending] = {
    3: Ending.UNREACHABLE,  # we follow no redirection: a trunk has to
    4: Ending.TRUNK_FAULT,  # what is left of 4xx blames our request
    5: Ending.TRUNK_FAULT,
    6: Ending.REJECTED,  # "will not be satisfied anywhere", RFC 3261 §21.6
}

_BY_CAUSE: dict[int, Ending] = {
    1: Ending.NUMBER_UNKNOWN,  # unallocated
    2: Ending.TRUNK_FAULT,  # no route to transit network
    3: Ending.UNREACHABLE,  # no route to destination
    4: Ending.UNREACHABLE,  # special information tone: for long, for unknown reasons
    5: Ending.NUMBER_UNKNOWN,  # misdialled trunk prefix
    6: Ending.TRUNK_FAULT,  # channel unacceptable
    8: Ending.UNREACHABLE,  # pre-emption
    9: Ending.TRUNK_FAULT,  # pre-emption, circuit kept for others
    14: Ending.UNREACHABLE,  # number moved to another network
    17: Ending.BUSY,
    18: Ending.NO_ANSWER,  # no user responding
    19: Ending.NO_ANSWER,  # alerted, no answer
    20: Ending.UNREACHABLE,  # subscriber absent
    21: Ending.REJECTED,
    22: Ending.NUMBER_UNKNOWN,  # number changed
    23: Ending.UNREACHABLE,  # redirected to another destination, which no trunk of ours follows
    24: Ending.REJECTED,  # anonymous call rejection
    25: Ending.UNREACHABLE,  # exchange routing error
    26: Ending.UNREACHABLE,  # non-selected user clearing
    27: Ending.UNREACHABLE,  # destination out of order
    28: Ending.NUMBER_UNKNOWN,  # invalid number format
    29: Ending.TRUNK_FAULT,  # facility rejected
    34: Ending.TRUNK_FAULT,  # no circuit available
    38: Ending.TRUNK_FAULT,  # network out of order
    39: Ending.TRUNK_FAULT,  # permanent frame connection out of service
    40: Ending.TRUNK_FAULT,  # permanent frame connection operational
    41: Ending.UNREACHABLE,  # temporary failure
    42: Ending.TRUNK_FAULT,  # switching equipment congestion
    43: Ending.TRUNK_FAULT,
    44: Ending.TRUNK_FAULT,
    46: Ending.UNREACHABLE,  # precedence call blocked
    47: Ending.TRUNK_FAULT,  # resource unavailable
    49: Ending.TRUNK_FAULT,  # quality of service not available
    50: Ending.TRUNK_FAULT,  # facility not subscribed
    53: Ending.TRUNK_FAULT,  # our outgoing calls barred within the closed user group
    55: Ending.REJECTED,  # incoming calls barred within closed user group
    57: Ending.REJECTED,  # bearer capability not authorised
    58: Ending.UNREACHABLE,  # bearer capability not available now
    62: Ending.TRUNK_FAULT,  # outgoing access information is inconsistent
    65: Ending.T38_REFUSED,  # bearer capability not implemented
    66: Ending.TRUNK_FAULT,  # channel type not implemented
    69: Ending.TRUNK_FAULT,  # facility not implemented
    70: Ending.T38_REFUSED,  # only restricted digital information
    79: Ending.TRUNK_FAULT,
    81: Ending.TRUNK_FAULT,  # invalid call reference
    82: Ending.TRUNK_FAULT,
    83: Ending.TRUNK_FAULT,
    84: Ending.TRUNK_FAULT,
    85: Ending.TRUNK_FAULT,
    86: Ending.TRUNK_FAULT,
    87: Ending.REJECTED,  # not a member of the closed user group
    88: Ending.T38_REFUSED,  # incompatible destination
    90: Ending.REJECTED,  # no such closed user group
    91: Ending.TRUNK_FAULT,  # invalid transit network
    95: Ending.TRUNK_FAULT,  # invalid message
    96: Ending.TRUNK_FAULT,
    97: Ending.TRUNK_FAULT,
    98: Ending.TRUNK_FAULT,
    99: Ending.TRUNK_FAULT,
    100: Ending.TRUNK_FAULT,
    101: Ending.TRUNK_FAULT,
    102: Ending.TRUNK_FAULT,  # recovery on timer expiry; also ours at Timer B
    103: Ending.TRUNK_FAULT,
    110: Ending.TRUNK_FAULT,
}

GENERAL = frozenset({7, 16, 30, 31, 63, 111, 127})
"""Causes that say nothing definite: call awarded, normal clearing, answer to an enquiry,
unspecified ones, interworking. The numbers that are in neither are assigned to nothing."""


def ending_of(status: int, q850: int | None) -> Ending:
    """
    The word for a call that was never picked up.

    Args:
        status: Of the final response, 300 to 699; any other number is our fault.

        q850: Cause of the Reason header, or None.
    """
    if q850 in _BY_CAUSE:
        return _BY_CAUSE[q850]
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return _BY_CLASS.get(status // 100, Ending.TRUNK_FAULT)


def statuses_of(ending: Ending) -> list[int]:
    """SIP statuses that mean it by themselves, in order."""
    return [status for status in range(300, 700) if ending_of(status, None) is ending]


def causes_of(ending: Ending) -> list[int]:
    """Q.850 causes that mean it, in order."""
    return sorted(cause for cause, its in _BY_CAUSE.items() if its is ending)
