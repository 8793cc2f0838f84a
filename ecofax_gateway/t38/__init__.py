"""
T.38 on the wire: UDPTL datagrams and the offer in SDP.
"""
