"""
Mails that are made to hurt whoever reads them.
"""


def nested(depth):
    """A multipart in a multipart in a multipart."""
    return (
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
            for n in range(depth)
        )
        + b"\r\nx\r\n"
    )


def many_parts(count, *, newline=b"\r\n"):
    """One multipart of tiny parts."""
    head = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    return (head + b"--b\r\n\r\nx\r\n" * count).replace(b"\r\n", newline)


def many_addresses(count, *, address=b"a@b.fr"):
    """A header with as many recipients."""
    return b"To: " + b",\r\n ".join([address] * count) + b"\r\n\r\np:x\r\n"
