"""JSON: the clauses in reading order, each with its depth. wiki.parsing.exported reads it back."""

from typing import Any

from wiki.exporting.contents import Contents
from wiki.text.interchange import JSON_FORMAT, JSON_SCHEMA


def as_json(contents: Contents) -> dict[str, Any]:
    """Return a document as plain data.

    {format, schema, slug, title, category, issuer, summary, version, made_at, since, clauses: [{id, parent, depth,
    kind, label, text}]}; with `since` also {change, label_spans, spans}, spans being [operation, words] with the
    operations same, del and ins; clauses taken out since then have change "removed".
    """
    clauses: list[dict[str, Any]] = []
    for entry in contents.entries:
        clause: dict[str, Any] = {
            "id": entry.id,
            "parent": entry.parent,
            "depth": entry.depth,
            "kind": entry.kind.value,
            "label": entry.label,
            "text": entry.text,
        }
        if contents.since is not None:
            clause["change"] = entry.change
            clause["label_spans"] = [[span.operation, span.text] for span in entry.label_spans]
            clause["spans"] = [[span.operation, span.text] for span in entry.spans]
        clauses.append(clause)
    return {
        "format": JSON_FORMAT,
        "schema": JSON_SCHEMA,
        "slug": contents.slug,
        "title": contents.title,
        "category": contents.category,
        "issuer": contents.issuer,
        "summary": contents.summary,
        "version": contents.version,
        "made_at": contents.made_at.isoformat() if contents.made_at else None,
        "since": contents.since,
        "clauses": clauses,
    }
