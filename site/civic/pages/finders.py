"""What site search finds among the questions."""

from urllib.parse import urlencode

from civic.opinion.snippets import snippet
from civic.pages.models import FaqEntry
from civic.search.groups import Hit, Hits, Query
from civic.search.matching import holds, score


def find_questions(query: Query) -> Hits:
    """Questions whose wording or answer holds the words; best first."""
    found = list(
        FaqEntry.objects.live()
        .filter(holds(query.terms, ["question", "variants", "answer"]))
        .in_reading_order()
    )
    ranked = sorted(found, key=lambda entry: -score(query.terms, "\n".join(entry.wordings), [entry.answer]))
    hits = [
        Hit(
            title=entry.question,
            url=f"/faq/#{entry.anchor}",
            pieces=snippet(entry.answer, query.terms),
            meta=[entry.category.name],
        )
        for entry in ranked[: query.limit]
    ]
    return Hits(hits, len(found), f"/faq/?{urlencode({'q': query.text})}" if found else "")
