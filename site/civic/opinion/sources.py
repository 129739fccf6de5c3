"""Names of sources and where staff read the original; outside sources go by their own name."""

from django.urls import reverse

from civic.opinion.models import Document, Source

LABELS: dict[str, str] = {value: str(label) for value, label in Source.choices}


def source_label(source: str) -> str:
    """Return a source's Chinese name."""
    return LABELS.get(source, source)


def staff_url(document: Document) -> str:
    """Return where staff read the original: the case desk for reports, the public page or outside address otherwise."""
    if document.source == Source.REPORT:
        return f"{reverse('cases_desk:queue')}?q={document.reference}"
    return document.public_url
