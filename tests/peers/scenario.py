"""
Scenarios for sipp as the far end of a call of ours, built from steps.

sipp checks by itself that what comes is what the scenario awaits, and in that order;
anything else makes its exit status 1. It plays no fax.

I/O: none here; `conftest.py` starts sipp.
"""

from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

AUDIO = "m=audio 6000 RTP/AVP 8 0\na=rtpmap:8 PCMA/8000\na=rtpmap:0 PCMU/8000\n"
T38 = (
    "m=image 6002 udptl t38\na=T38FaxVersion:0\na=T38MaxBitRate:14400\n"
    "a=T38FaxRateManagement:transferredTCF\na=T38FaxMaxBuffer:1800\n"
    "a=T38FaxMaxDatagram:400\na=T38FaxUdpEC:t38UDPRedundancy\n"
)

_REASONS = {
    180: "Ringing",
    183: "Session Progress",
    200: "OK",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    407: "Proxy Authentication Required",
    422: "Session Interval Too Small",
    480: "Temporarily Unavailable",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    491: "Request Pending",
    503: "Service Unavailable",
    603: "Decline",
}

_OUR_TAG = "far-[call_number]"


def scenario(*steps: str) -> str:
    """A whole scenario for `sipp -sf`."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<!DOCTYPE scenario SYSTEM "sipp.dtd">\n'
        '<scenario name="far end">\n' + "".join(steps) + "</scenario>\n"
    )


def expect(method: str, *conditions: str, optional: bool = False) -> str:
    """
    Await a request.

    Args:
        method: Its method.

        conditions: Regular expressions that must match somewhere in it.

        optional: Whether what comes may be what the next step awaits.
    """
    actions = "".join(
        f'<ereg regexp={quoteattr(condition)} search_in="msg" check_it="true"'
        f' assign_to="match{at}"/>\n'
        for at, condition in enumerate(conditions)
    )
    if method == "INVITE":
        actions += (
            '<ereg regexp="sip:[^&gt;]*" search_in="hdr" header="Contact:"'
            ' assign_to="target"/>\n'
            '<ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="invite"/>\n'
            '<ereg regexp=".*" search_in="hdr" header="Via:" assign_to="via"/>\n'
            '<ereg regexp="&lt;.*" search_in="hdr" header="From:" assign_to="them"/>\n'
            '<ereg regexp="&lt;[^&gt;]*&gt;" search_in="hdr" header="To:"'
            ' assign_to="us"/>\n'
        )
    names = [f"match{at}" for at in range(len(conditions))]
    if method == "INVITE":
        names += ["target", "invite", "via", "them", "us"]
    attributes = ' optional="true"' if optional else ""
    return (
        f'<recv request="{method}"{attributes}>'
        + (f"<action>\n{actions}</action>" if actions else "")
        + "</recv>\n"
        # sipp takes a variable that nothing else uses for a mistake.
        + (f'<Reference variables="{",".join(names)}"/>\n' if names else "")
    )


def expect_status(status: int, *, optional: bool = False) -> str:
    """Await a response to a request of ours."""
    attributes = ' optional="true"' if optional else ""
    return f'<recv response="{status}"{attributes}/>\n'


def answer(
    status: int,
    media: str = "",
    *headers: str,
    tag: str = _OUR_TAG,
    contact: str = "sip:far@[local_ip]:[local_port]",
) -> str:
    """
    Answer the request that came last.

    Args:
        status: 180 to 699.

        media: Media lines of a description, or none.

        headers: More headers.

        tag: Ours; "" leaves To as it came, as within a dialog.

        contact: URI of our Contact.
    """
    return _send(
        [
            f"SIP/2.0 {status} {_REASONS[status]}",
            "[last_Via:]",
            "[last_From:]",
            f"[last_To:];tag={tag}" if tag else "[last_To:]",
            "[last_Call-ID:]",
            "[last_CSeq:]",
            f"Contact: <{contact}>",
            *headers,
        ],
        media,
    )


def answer_invite(status: int, media: str = "", *, tag: str = _OUR_TAG) -> str:
    """Answer the last INVITE, although another request came since."""
    return _send(
        [
            f"SIP/2.0 {status} {_REASONS[status]}",
            "Via:[$via]",
            "From: [$them]",
            f"To: [$us];tag={tag}",
            "[last_Call-ID:]",
            "CSeq:[$invite]",
            "Contact: <sip:far@[local_ip]:[local_port]>",
        ],
        media,
    )


def acknowledges(number: int) -> str:
    """ACK of a final response that is no 2xx: it goes by the request's own Via."""
    return _send(
        [
            "ACK [$target] SIP/2.0",
            "[last_Via:]",
            "[last_From:]",
            "[last_To:]",
            "[last_Call-ID:]",
            f"CSeq: {number} ACK",
            "Max-Forwards: 70",
        ],
        "",
    )


def within(status: int, media: str = "", *headers: str) -> str:
    """Answer a request within the dialog."""
    return answer(status, media, *headers, tag="")


def request(
    method: str, number: int, media: str = "", *headers: str, retransmit: bool = False
) -> str:
    """
    Send a request of our own within the dialog.

    Args:
        method: Its method.

        number: Its CSeq.

        media: Media lines of an offer, or none.

        headers: More headers.

        retransmit: Repeat it until it is answered.
    """
    return _send(
        [
            f"{method} [$target] SIP/2.0",
            "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]",
            f"From: [$us];tag={_OUR_TAG}",
            "To: [$them]",
            "[last_Call-ID:]",
            f"CSeq: {number} {method}",
            "Contact: <sip:far@[local_ip]:[local_port]>",
            "Max-Forwards: 70",
            *headers,
        ],
        media,
        retransmit=retransmit,
    )


def pause(milliseconds: int) -> str:
    """Let time pass."""
    return f'<pause milliseconds="{milliseconds}"/>\n'


def picks_up(*before: str) -> str:
    """INVITE, ringing, 200 with audio, ACK."""
    return "".join(
        (expect("INVITE"), *before, answer(180), answer(200, AUDIO), expect("ACK"))
    )


def asks_for_t38(number: int = 1) -> str:
    """Re-INVITE to T.38, which is agreed to."""
    return "".join(
        (
            request("INVITE", number, T38, retransmit=True),
            expect_status(100, optional=True),
            expect_status(200),
            request("ACK", number),
        )
    )


def hangs_up(number: int = 9) -> str:
    """BYE, which is answered."""
    return request("BYE", number, retransmit=True) + expect_status(200)


def is_hung_up_on() -> str:
    """Their BYE, which is answered."""
    return expect("BYE") + within(200)


def _send(lines: Iterable[str], media: str, *, retransmit: bool = False) -> str:
    body = ""
    if media:
        body = (
            "v=0\no=far 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\n" + media
        )
        lines = [*lines, "Content-Type: application/sdp"]
    text = "\n".join([*lines, "Content-Length: [len]", "", body])
    again = ' retrans="500"' if retransmit else ""
    assert "]]>" not in text
    return f"<send{again}><![CDATA[\n{text}\n]]></send>\n"
