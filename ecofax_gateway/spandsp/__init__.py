"""
The T.30 and T.38 engine of libspandsp: samples in, IFP packets out; no sockets.
"""
