"""
Measurements of the store, and three days of campaigns in minutes.
"""
