"""Files into clause trees. Pure: bytes or text in, a Parsed out; no database, no settings."""

from wiki.parsing.files import FileError, parse_file, parse_pasted
from wiki.parsing.tree import Doubtful, Node, Parsed, Problem

__all__ = ["Doubtful", "FileError", "Node", "Parsed", "Problem", "parse_file", "parse_pasted"]
