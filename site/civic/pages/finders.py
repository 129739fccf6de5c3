"""What site search finds among the questions."""

from civic.opinion.snippets import snippet
from civic.pages import questions
from civic.pages.models import FaqEntry
from civic.search.groups import Hit, Hits, Query
from civic.search.matching import holds, score


def find_questions(query: Query) -> Hits:
    """Questions that hold the words, best first; where none does, the one that asks something similar."""
    found = list(
        FaqEntry.objects.live()
        .filter(holds(query.terms, ["question", "variants", "answer"]))
        .in_reading_order()
    )
    found.sort(key=lambda entry: -score(query.terms, entry.question, [entry.variants, entry.answer]))
    if not found and (similar := questions.best(query.text)) is not None:
        found = [similar[0]]
    words = [*query.terms.required, *query.terms.words]
    hits = [
        Hit(title=entry.question, url=f"/faq/#{entry.anchor}", pieces=snippet(entry.answer, words))
        for entry in found[: query.limit]
    ]
    return Hits(hits, len(found))
