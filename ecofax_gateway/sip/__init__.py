"""
SIP (RFC 3261), user-agent side, without I/O.
"""
