"""Tickets of a hotline from a table: which column is what, one row as one report, the whole file."""
