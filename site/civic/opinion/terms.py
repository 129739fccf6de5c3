"""Under which terms a document is found. nlp makes them; the masks that redaction left are no one's words."""

import re

import nlp
from civic.opinion.backends.base import Entry
from civic.opinion.models import Document
from nlp.redaction import MASKS

MASK = re.compile("|".join(re.escape(mask) for mask in MASKS.values()))


def entry_of(document: Document) -> Entry:
    """Return a document with its terms: for staff all of it, for the public the public text alone."""
    parts = (document.reference, document.title, document.street, document.text)
    return Entry(document, _terms("\n".join(parts)), _terms(document.public_text))


def _terms(text: str) -> list[str]:
    # A mask becomes a break: what stood around it was never one word.
    return nlp.index_terms(MASK.sub("\n", text))
