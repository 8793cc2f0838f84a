"""
An email-to-fax gateway: a mail goes in, a fax machine prints it, the answer comes back.
"""
