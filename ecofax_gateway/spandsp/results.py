"""
What a T.30 completion code means to us: one table.

Pure: no I/O, no clock, no randomness.

Standards:
    ITU-T T.30 (09/2005) §5.3, §5.4 -- the signals and the timers behind the codes
"""

from enum import IntEnum

from ..domain.outcome import Ending


class Completion(IntEnum):
    """
    libspandsp 0.0.6's own numbers, in its order.

    The names without `RX_` or `TX_` can come to both sides.
    """

    OK = 0
    CED_TOO_LONG = 1
    T0_EXPIRED = 2
    T1_EXPIRED = 3
    T3_EXPIRED = 4
    HDLC_CARRIER_STUCK = 5
    CANNOT_TRAIN = 6
    OPERATOR_INTERRUPT_FAILED = 7
    INCOMPATIBLE = 8
    FAR_END_CANNOT_RECEIVE = 9
    FAR_END_CANNOT_SEND = 10
    NO_RESOLUTION = 11
    NO_PAGE_SIZE = 12
    UNEXPECTED_MESSAGE = 13
    TX_BAD_RESPONSE_TO_DCS = 14
    TX_DCN_AFTER_PAGE = 15
    TX_INVALID_ECM_RESPONSE = 16
    TX_DCN_BEFORE_DIS = 17
    TX_INVALID_RESPONSE = 18
    TX_NO_DIS = 19
    TX_NO_RESPONSE_TO_TRAINING = 20
    TX_NO_RESPONSE_TO_PAGE = 21
    TX_NOT_READY_TOO_LONG = 22
    RX_INVALID_ECM_RESPONSE = 23
    RX_DCS_BEFORE_DTC = 24
    RX_INVALID_COMMAND = 25
    RX_CARRIER_LOST = 26
    RX_NO_END_OF_LINE = 27
    RX_NO_FIRST_LINE = 28
    RX_T2_BEFORE_DCN = 29
    RX_T2_BEFORE_PHASE_D = 30
    RX_T2_BEFORE_PAGE = 31
    RX_T2_BEFORE_NEXT_PAGE = 32
    RX_T2_BEFORE_RR = 33
    RX_T2_EXPIRED = 34
    RX_DCN_BEFORE_DCS = 35
    RX_DCN_IN_IMAGE = 36
    RX_DCN_AFTER_IMAGE = 37
    RX_DCN_AFTER_PHASE_D = 38
    RX_DCN_AFTER_RR = 39
    RX_DCN_NOT_RESENT = 40
    FILE_UNREADABLE = 41
    NO_SUCH_PAGE = 42
    BAD_TIFF = 43
    BAD_PAGE = 44
    BAD_TAG = 45
    BAD_TIFF_HEADER = 46
    NO_MEMORY = 47
    TOO_MANY_RETRIES = 48
    CALL_DROPPED = 49
    NO_POLLING = 50
    IDENT_REFUSED = 51
    SUB_ADDRESS_REFUSED = 52
    SEP_REFUSED = 53
    PSA_REFUSED = 54
    SID_REFUSED = 55
    PASSWORD_REFUSED = 56
    TSA_REFUSED = 57
    IRA_REFUSED = 58
    CIA_REFUSED = 59
    ISP_REFUSED = 60
    CSA_REFUSED = 61


ENDINGS: dict[Completion, Ending] = {
    Completion.OK: Ending.DELIVERED,
    Completion.CED_TOO_LONG: Ending.NOT_A_FAX,
    Completion.T0_EXPIRED: Ending.NOT_A_FAX,
    Completion.T1_EXPIRED: Ending.NOT_A_FAX,
    Completion.T3_EXPIRED: Ending.PROTOCOL_ERROR,
    Completion.HDLC_CARRIER_STUCK: Ending.STALLED,
    Completion.CANNOT_TRAIN: Ending.HANDSHAKE_FAILED,
    Completion.OPERATOR_INTERRUPT_FAILED: Ending.PROTOCOL_ERROR,
    Completion.INCOMPATIBLE: Ending.INCOMPATIBLE,
    Completion.FAR_END_CANNOT_RECEIVE: Ending.INCOMPATIBLE,
    Completion.FAR_END_CANNOT_SEND: Ending.INCOMPATIBLE,
    Completion.NO_RESOLUTION: Ending.INCOMPATIBLE,
    # Width: ours is always 1728, which every machine prints, or the file is wrong.
    Completion.NO_PAGE_SIZE: Ending.INCOMPATIBLE,
    Completion.UNEXPECTED_MESSAGE: Ending.PROTOCOL_ERROR,
    Completion.TX_BAD_RESPONSE_TO_DCS: Ending.HANDSHAKE_FAILED,
    Completion.TX_DCN_AFTER_PAGE: Ending.CUT_OFF,
    Completion.TX_INVALID_ECM_RESPONSE: Ending.PROTOCOL_ERROR,
    Completion.TX_DCN_BEFORE_DIS: Ending.CUT_OFF,
    Completion.TX_INVALID_RESPONSE: Ending.PROTOCOL_ERROR,
    Completion.TX_NO_DIS: Ending.NOT_A_FAX,
    Completion.TX_NO_RESPONSE_TO_TRAINING: Ending.HANDSHAKE_FAILED,
    Completion.TX_NO_RESPONSE_TO_PAGE: Ending.STALLED,
    Completion.TX_NOT_READY_TOO_LONG: Ending.STALLED,
    Completion.RX_INVALID_ECM_RESPONSE: Ending.PROTOCOL_ERROR,
    Completion.RX_DCS_BEFORE_DTC: Ending.PROTOCOL_ERROR,
    Completion.RX_INVALID_COMMAND: Ending.PROTOCOL_ERROR,
    Completion.RX_CARRIER_LOST: Ending.STALLED,
    Completion.RX_NO_END_OF_LINE: Ending.STALLED,
    Completion.RX_NO_FIRST_LINE: Ending.STALLED,
    Completion.RX_T2_BEFORE_DCN: Ending.STALLED,
    Completion.RX_T2_BEFORE_PHASE_D: Ending.STALLED,
    Completion.RX_T2_BEFORE_PAGE: Ending.STALLED,
    Completion.RX_T2_BEFORE_NEXT_PAGE: Ending.STALLED,
    Completion.RX_T2_BEFORE_RR: Ending.STALLED,
    Completion.RX_T2_EXPIRED: Ending.STALLED,
    Completion.RX_DCN_BEFORE_DCS: Ending.CUT_OFF,
    Completion.RX_DCN_IN_IMAGE: Ending.CUT_OFF,
    Completion.RX_DCN_AFTER_IMAGE: Ending.CUT_OFF,
    Completion.RX_DCN_AFTER_PHASE_D: Ending.CUT_OFF,
    Completion.RX_DCN_AFTER_RR: Ending.CUT_OFF,
    Completion.RX_DCN_NOT_RESENT: Ending.CUT_OFF,
    Completion.FILE_UNREADABLE: Ending.LOCAL_FAULT,
    Completion.NO_SUCH_PAGE: Ending.LOCAL_FAULT,
    Completion.BAD_TIFF: Ending.LOCAL_FAULT,
    Completion.BAD_PAGE: Ending.LOCAL_FAULT,
    Completion.BAD_TAG: Ending.LOCAL_FAULT,
    Completion.BAD_TIFF_HEADER: Ending.LOCAL_FAULT,
    Completion.NO_MEMORY: Ending.LOCAL_FAULT,
    Completion.TOO_MANY_RETRIES: Ending.PROTOCOL_ERROR,
    Completion.CALL_DROPPED: Ending.CUT_OFF,
    Completion.NO_POLLING: Ending.INCOMPATIBLE,
    Completion.IDENT_REFUSED: Ending.REJECTED,
    Completion.SUB_ADDRESS_REFUSED: Ending.REJECTED,
    Completion.SEP_REFUSED: Ending.REJECTED,
    Completion.PSA_REFUSED: Ending.REJECTED,
    Completion.SID_REFUSED: Ending.REJECTED,
    Completion.PASSWORD_REFUSED: Ending.REJECTED,
    Completion.TSA_REFUSED: Ending.REJECTED,
    Completion.IRA_REFUSED: Ending.REJECTED,
    Completion.CIA_REFUSED: Ending.REJECTED,
    Completion.ISP_REFUSED: Ending.REJECTED,
    Completion.CSA_REFUSED: Ending.REJECTED,
}


def ending_of(code: int) -> Ending:
    """
    The ending for a completion code.

    `Ending.DELIVERED` for code 0 is a claim only: `terminal.FaxTerminal.result`
    checks it against the pages confirmed.
    """
    try:
        return ENDINGS[Completion(code)]
    except ValueError:
        return Ending.PROTOCOL_ERROR
