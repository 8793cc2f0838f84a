"""
The REST API.
"""
