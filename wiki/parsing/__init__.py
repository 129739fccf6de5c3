"""Files into clause trees. Pure: bytes or text in, a Parsed out; no database, no settings."""

from wiki.parsing.files import FileError, parse_file
from wiki.parsing.tree import Node, Parsed, Problem

__all__ = ["FileError", "Node", "Parsed", "Problem", "parse_file"]
