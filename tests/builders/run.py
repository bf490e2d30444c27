"""The only place where the tests of the content touch the service's own functions."""
