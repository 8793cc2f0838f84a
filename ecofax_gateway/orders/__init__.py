"""
From a mail to an order: what it asks for, of whom, and what is wrong with it.
"""
