"""Examining one observer page: how it is read, and keeping what is needed to read it better."""
