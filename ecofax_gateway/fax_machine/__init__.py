"""
An answering T.38 fax machine, for the demo, the tests and the sysadmin.
"""
