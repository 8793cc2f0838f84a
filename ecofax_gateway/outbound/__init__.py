"""
Requests from this machine to addresses that people named, and to nobody else.
"""
