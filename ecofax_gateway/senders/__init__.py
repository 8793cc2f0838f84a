"""
Ways to transmit a fax.
"""
