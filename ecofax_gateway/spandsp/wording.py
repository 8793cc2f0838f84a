"""
T.30 control frames in words, for the journal.

Pure: no I/O, no clock, no randomness.

Standards:
    ITU-T T.30 (09/2005) §5.3.6.1 -- facsimile control fields
    ITU-T T.30 (09/2005) §5.3.6.2, table 2 -- bits of DIS and DCS
    ITU-T T.30 (09/2005) Annex A §4 -- PPS, PPR
"""

from .frame import ADDRESS_CONTROL_OCTETS, FIF, fcf_of

_BOTH_WAYS = {
    0x00: "NULL",
    0x06: "FCD",
    0x10: "ISP",
    0x12: "CTC",
    0x1A: "CRP",
    0x1C: "ERR",
    0x22: "NSS",
    0x24: "CSA",
    0x2C: "PIN",
    0x2E: "EOP",
    0x3E: "PRI-EOP",
    0x42: "TSI",
    0x44: "FTT",
    0x4C: "RTN",
    0x4E: "MPS",
    0x5E: "PRI-MPS",
    0x62: "TSA",
    0x6A: "TR",
    0x6E: "RR",
    0x82: "DCS",
    0x84: "CFR",
    0x86: "RCP",
    0x8C: "MCF",
    0x8E: "EOM",
    0x9E: "PRI-EOM",
    0xA2: "SID",
    0xAC: "PIP",
    0xBC: "PPR",
    0xBE: "PPS",
    0xC2: "SUB",
    0xC4: "CTR",
    0xCA: "FNV",
    0xCC: "RTP",
    0xCE: "EOR",
    0xE2: "IRA",
    0xEA: "TNR",
    0xEC: "RNR",
    0xFA: "DCN",
    0xFC: "FDM",
}
"""By the field with its last bit cleared, which says only who speaks."""

_ANSWERING = {0x80: "DIS", 0x40: "CSI", 0x20: "NSF"}
_POLLING = {
    0x80: "DTC",
    0x40: "CIG",
    0x20: "NSC",
    0xC0: "PWD",
    0xA0: "SEP",
    0x60: "PSA",
}
"""Here the last bit makes another signal of it."""

_IDENTS = frozenset({"CSI", "TSI", "CIG"})
_WITH_SECOND = frozenset({"PPS", "EOR"})

SPEEDS = {
    0b0000: "V.27ter 2400",
    0b0010: "V.27ter 4800",
    0b0001: "V.29 9600",
    0b0011: "V.29 7200",
    0b1000: "V.17 14400",
    0b1010: "V.17 12000",
    0b1001: "V.17 9600",
    0b1011: "V.17 7200",
}
"""Bits 11 to 14 of a DCS, bit 11 lowest."""

_MODEMS = {
    0b0000: "V.27ter 2400",
    0b0010: "V.27ter",
    0b0001: "V.29",
    0b0011: "V.27ter V.29",
    0b1011: "V.27ter V.29 V.17",
}
"""The same bits of a DIS."""


def name_of(frame: bytes) -> str:
    """The signal's name, or its octet where the standard has none."""
    fcf = fcf_of(frame)
    if fcf is None:
        return "(short frame)"
    polling = bool(frame[ADDRESS_CONTROL_OCTETS] & 1)
    named = (_POLLING if polling else _ANSWERING).get(fcf) or _BOTH_WAYS.get(fcf)
    if named in _WITH_SECOND and len(frame) > FIF:
        return f"{named}-{_BOTH_WAYS.get(frame[FIF] & 0xFE, f'{frame[FIF]:02x}')}"
    return named or f"FCF {fcf:02x}"


def detail_of(frame: bytes) -> str:
    """What the frame says, in a few words; often nothing."""
    name = name_of(frame)
    field = frame[FIF:]
    if name in _IDENTS:
        # Sent last digit first. T.30 §5.3.6.2.4
        return repr(field[::-1].decode("ascii", "replace").strip())
    if name == "DCS":
        return _join(SPEEDS.get(_bits(field, 11), "?"), _picture(field, is_dcs=True))
    if name == "DIS":
        return _join(_MODEMS.get(_bits(field, 11), "?"), _picture(field, is_dcs=False))
    if name.startswith("PPS-") and len(field) >= 4:
        return f"page {field[1]}, block {field[2]}, {field[3] + 1} frames"
    if name == "PPR":
        asked = sum(octet.bit_count() for octet in field)
        return f"{asked} frames again"
    if name in ("NSF", "NSS"):
        return field[:8].hex()
    return ""


def _picture(field: bytes, *, is_dcs: bool) -> str:
    words = []
    rows = [(41, "391"), (15, "196")]
    if is_dcs:
        words.append(next((dpi for bit, dpi in rows if _has(field, bit)), "98"))
        coding = "MMR" if _has(field, 31) else "MR" if _has(field, 16) else "MH"
        words.append(coding)
    else:
        words.append(
            "/".join(["98", *(dpi for bit, dpi in rows[::-1] if _has(field, bit))])
        )
        words += [name for bit, name in ((16, "MR"), (31, "MMR")) if _has(field, bit)]
    words.append("ECM" if _has(field, 27) else "no ECM")
    return " ".join(words)


def _join(*parts: str) -> str:
    return ", ".join(parts)


def _has(field: bytes, bit: int) -> bool:
    octet, place = divmod(bit - 1, 8)
    return len(field) > octet and bool(field[octet] >> place & 1)


def _bits(field: bytes, first: int) -> int:
    return sum(_has(field, first + place) << place for place in range(4))
