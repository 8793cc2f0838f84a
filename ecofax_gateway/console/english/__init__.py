"""
What the pages say in English: one module for each room, French -> English.
"""
