"""A document's text as files: Word, Markdown, a page to print, JSON; any version, with changes shown or without.

Pure but for `gather`, which reads one version's rows (two with changes): Contents in, bytes or text out.
"""

from wiki.exporting.contents import Contents, Entry
from wiki.exporting.filenames import disposition
from wiki.exporting.json import as_json
from wiki.exporting.markdown import as_markdown

__all__ = ["Contents", "Entry", "as_docx", "as_json", "as_markdown", "disposition"]


def as_docx(contents: Contents) -> bytes:
    """Return a document as a docx file."""
    from wiki.exporting import word  # python-docx is slow to import, and only this needs it

    return word.as_docx(contents)
