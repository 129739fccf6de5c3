"""Writing the index: masked documents in, one row for each thing said, however often it is told."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from django.db import transaction
from django.utils import timezone

import nlp
from civic.opinion.backends import get_backend
from civic.opinion.backends.base import Entry
from civic.opinion.models import Document
from civic.opinion.querysets import OpinionDocumentQuerySet
from civic.opinion.terms import entry_of

FIELDS = (
    "reference", "title", "text", "public_text", "district_id", "street", "code", "cell", "occurred_at",
    "public_url", "is_public",
)  # fmt: skip

CLOCKS_APART = timedelta(minutes=5)


class Outcome(Enum):
    """What storing made of a draft."""

    CREATED = "新增"
    UPDATED = "更新"
    UNCHANGED = "未变"


@dataclass(frozen=True)
class Draft:
    """What a source says about one of its texts, in the person's own words: storing masks them.

    `as_of` is the state of the source that the draft shows.
    """

    source: str
    source_id: str
    text: str
    occurred_at: datetime
    title: str = ""
    reference: str = ""
    public_text: str = ""
    district_id: int | None = None
    street: str = ""
    code: str = ""
    cell: int | None = None
    public_url: str = ""
    is_public: bool = False
    as_of: datetime = field(default_factory=timezone.now)

    @property
    def key(self) -> tuple[str, str]:
        """The source and its number, of which there is one document."""
        return self.source, self.source_id


def store_documents(*, drafts: Sequence[Draft]) -> list[Outcome]:
    """Store and index drafts, masked; return what became of each.

    A draft as old as or newer than its row replaces it; an older one changes nothing. Masking and segmenting
    run outside the transaction. Raises SearchUnavailable when the index does not answer: the rows are then
    stored without it and count as stale.
    """
    prepared = [_masked(draft) for draft in drafts]
    backend = get_backend()
    version = nlp.LEXICON_VERSION
    with transaction.atomic():
        outcomes, entries = _upsert(prepared, version if backend.in_database else "")
        if backend.in_database and entries:
            backend.index(entries)
    if not backend.in_database and entries:
        backend.index(entries)
        _mark_indexed(entries, version)
    return outcomes


def remove_documents(*, ids: Sequence[int]) -> None:
    """Delete documents and what the index holds of them."""
    backend = get_backend()
    with transaction.atomic():
        Document.objects.filter(pk__in=ids).delete()
        if backend.in_database:
            backend.delete(ids)
    if not backend.in_database:
        backend.delete(ids)


def rebuild_index(
    *, only_stale: bool = False, at_most: int | None = None, told: Callable[[int], None] = lambda _count: None
) -> int:
    """Index all documents afresh, or those whose terms are another lexicon's; return how many.

    `at_most` ends a run over stale ones after the batch that reaches it. `told` hears the number of documents of each batch, for a progress bar.
    """
    backend = get_backend()
    version = nlp.LEXICON_VERSION
    count = 0

    def entries_of(documents: OpinionDocumentQuerySet) -> Iterator[Sequence[Entry]]:
        nonlocal count
        for batch in documents.in_batches():
            entries = [entry_of(document) for document in batch]
            yield entries
            _mark_indexed(entries, version)
            count += len(entries)
            told(len(entries))

    late = Document.objects.stale(version)
    if not only_stale:
        started = timezone.now()
        backend.rebuild(entries_of(Document.objects.all()))
        # What was written meanwhile may have gone to the index that has just been replaced.
        late = Document.objects.filter(stored_at__gte=started - CLOCKS_APART)
    for entries in entries_of(late):
        with transaction.atomic():
            backend.index(entries)
        if at_most is not None and count >= at_most:
            break
    return count


@dataclass(frozen=True)
class _Masked:
    draft: Draft
    values: dict[str, object]
    entry: Entry


def _masked(draft: Draft) -> _Masked:
    values: dict[str, object] = {name: getattr(draft, name) for name in FIELDS}
    for name, limit in (("title", 200), ("text", None), ("public_text", None)):
        values[name] = nlp.redact(str(values[name]).replace("\x00", ""))[:limit]
    if not draft.is_public:
        values["public_text"] = ""
    document = Document(source=draft.source, source_id=draft.source_id, as_of=draft.as_of, **values)
    return _Masked(draft, values, entry_of(document))


def _upsert(prepared: Sequence[_Masked], indexed_as: str) -> tuple[list[Outcome], list[Entry]]:
    """Write the rows; return what became of each draft and the entries that the index must hear of."""
    wanted = {masked.draft.key for masked in prepared}
    lookup = Document.objects.filter(
        source__in={source for source, _ in wanted}, source_id__in={number for _, number in wanted}
    )
    before = set(lookup.values_list("source", "source_id"))
    fresh = {
        masked.draft.key: masked.entry.document
        for masked in reversed(prepared)
        if masked.draft.key not in before
    }
    for document in fresh.values():
        document.terms_version = indexed_as
    Document.objects.bulk_create(fresh.values(), ignore_conflicts=True)
    rows = {(row.source, row.source_id): row for row in lookup.select_for_update().order_by("pk")}
    outcomes: list[Outcome] = []
    entries: dict[int, Entry] = {}
    changed: dict[int, Document] = {}
    for masked in prepared:
        draft, row = masked.draft, rows[masked.draft.key]
        differs = any(getattr(row, name) != value for name, value in masked.values.items())
        created = fresh.pop(draft.key, None) is not None
        if draft.as_of < row.as_of or not (differs or created or row.terms_version == ""):
            outcomes.append(Outcome.UNCHANGED)
            continue
        outcomes.append(Outcome.CREATED if created else Outcome.UPDATED)
        if differs:
            for name, value in masked.values.items():
                setattr(row, name, value)
            row.as_of, row.stored_at, row.terms_version = draft.as_of, timezone.now(), indexed_as
            changed[row.pk] = row
        entries[row.pk] = Entry(row, masked.entry.terms, masked.entry.public_terms)
    Document.objects.bulk_update(
        changed.values(), [*FIELDS, "as_of", "stored_at", "terms_version"], batch_size=100
    )
    return outcomes, list(entries.values())


def _mark_indexed(entries: Sequence[Entry], version: str) -> None:
    Document.objects.filter(pk__in=[entry.document.pk for entry in entries]).update(terms_version=version)
