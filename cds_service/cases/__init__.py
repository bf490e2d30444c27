"""Cases beside the content: patients told in plain sentences, and what the service must answer to them.

Used by the command line and by tests; a running service never reads cases.
"""
