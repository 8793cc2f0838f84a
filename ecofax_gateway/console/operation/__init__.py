"""
The pages of those who look after the gateway.
"""
