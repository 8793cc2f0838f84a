"""
The words of the gateway: values and decisions, no I/O.
"""
