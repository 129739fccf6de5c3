"""Grouping the opinions on a clause by meaning: workers propose, people name and move, and theirs stands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from nlp import name_of, redact, summarize
from wiki import ports
from wiki.errors import InvalidText, NotAllowed
from wiki.findings import Embed
from wiki.models import ClauseReading, ClauseVersion, Opinion, OpinionGroup
from wiki.policies import Account, can_manage, can_moderate
from wiki.selectors.voices import OPPOSE, SUPPORT, words_of
from wiki.services.versions import lock_document, record
from wiki.text.cleaning import clean
from wiki.text.grouping import Matrix, alikeness, divide, typical
from wiki.workflow import Stage

NAME_LIMIT = 60
READ = 400
AT_MOST = 4000
"""Opinions of one clause that are grouped, the latest; all of them are counted."""
SOON, LATER, MANY = timedelta(minutes=1), timedelta(minutes=15), 300
"""A clause is grouped again at the earliest after this long, of many opinions later."""

_FOR = re.compile("(?<![不没])(?:支持|赞成|同意|拥护|写得好)")
_AGAINST = re.compile("反对|不同意|不赞成|不支持|不应当?出台|取消这[一条]")


def may_arrange(user: Account) -> bool:
    """Return whether this person puts opinions in order: who answers them, and who writes the policy."""
    return can_moderate(user) or can_manage(user)


def group_stale(*, limit: int = 20) -> int:
    """Group the opinions of clauses that have changed since they were last grouped; return how many clauses.

    For workers: it may load the embedding model. A clause that was grouped a moment ago waits for the next time,
    so that a rush of opinions does not group it again for each.
    """
    now = timezone.now()
    counted = (
        Opinion.objects.due()
        .exclude(document__stage=Stage.ARCHIVED)
        .order_by()
        .values_list("document_id", "clause_id")
        .annotate(n=Count("pk"), latest=Max("pk"))
    )
    known = {
        (reading.document_id, reading.clause_id): reading
        for reading in ClauseReading.objects.exclude(document__stage=Stage.ARCHIVED)
    }
    done = 0
    for document_id, clause_id, n, latest in counted:
        reading = known.get((document_id, clause_id))
        if reading is not None and reading.grouped_at is not None:
            if (reading.opinions, reading.latest) == (n, latest):
                continue
            if now - reading.grouped_at < (LATER if n > MANY else SOON):
                continue
        group_opinions(document_id=document_id, clause_id=clause_id)
        done += 1
        if done == limit:
            break
    return done


def group_opinions(*, document_id: int, clause_id: Any) -> int:
    """Group the opinions on a clause (None: on the whole document) by meaning; return the number of groups.

    Groups that a person has made, named or moved something into keep their opinions, and may get more; the others
    keep their number while most of their opinions stay together. Opinions that are like no other have no group.
    """
    opinions, texts = _read(document_id, clause_id)
    embed: Embed | None = ports.port("embed")
    vectors = embed(texts) if embed is not None and len(texts) > 1 else None
    labels = divide(texts, vectors, [_kept(opinion) for opinion in opinions])
    alike, _ = alikeness(texts, vectors)
    guesses = guess_stances(texts)
    members: dict[int, list[int]] = {}
    for at, label in enumerate(labels):
        members.setdefault(label, []).append(at)
    with transaction.atomic():
        lock_document(document_id)
        # What a person has put elsewhere while this was reckoned stays there.
        now = dict(_lines(document_id, clause_id).values_list("pk", "group"))
        used: set[int] = set()
        for inside in sorted(members.values(), key=len, reverse=True):
            unmoved = [at for at in inside if now.get(opinions[at].pk, 0) == opinions[at].group_id]
            _store([opinions[at] for at in unmoved], [texts[at] for at in unmoved], unmoved, alike, used)
        _keep_guesses(opinions, guesses)
        stale = OpinionGroup.objects.filter(document_id=document_id, clause_id=clause_id, automatic=True)
        stale.exclude(pk__in=used).filter(opinions=None).delete()
        ClauseReading.objects.update_or_create(
            document_id=document_id,
            clause_id=clause_id,
            defaults={
                "opinions": len(now),
                "latest": max(now, default=0),
                "grouped_at": timezone.now(),
            },
        )
    return len(used)


def _lines(document_id: int, clause_id: Any) -> QuerySet[Opinion]:
    return Opinion.objects.due().filter(document_id=document_id, clause_id=clause_id)


def _read(document_id: int, clause_id: Any) -> tuple[list[Opinion], list[str]]:
    """Return the opinions, oldest first, with what each says, masked."""
    lines = _lines(document_id, clause_id)
    rows = list(lines.select_related("suggestion", "comment", "group").order_by("-pk")[:AT_MOST])[::-1]
    # A suggestion whose words passed here from another clause is read against the one it was written on.
    origins = [row.suggestion.origin_id for row in rows if row.suggestion and row.suggestion.origin_id]
    history = list(
        ClauseVersion.objects.filter(clause_id__in=[*origins, clause_id] if clause_id else origins)
        .order_by("since")
        .values_list("clause_id", "since", "text")
    )
    texts = []
    for row in rows:
        version = row.suggestion.base_version if row.suggestion is not None else 0
        of = (row.suggestion.origin_id if row.suggestion is not None else None) or clause_id
        base = next((text for one, since, text in reversed(history) if one == of and since <= version), "")
        texts.append(redact(words_of(row, base), READ) or "—")
    return rows, texts


def _kept(opinion: Opinion) -> int | None:
    """Return the number under which an opinion stays with others: of its group, or of itself alone."""
    group = opinion.group
    if group is not None and not group.automatic:
        return int(group.pk)
    return -int(opinion.pk) if opinion.placed_by_hand else None


def _store(
    opinions: Sequence[Opinion], texts: Sequence[str], places: Sequence[int], alike: Matrix, used: set[int]
) -> None:
    """Put opinions that belong together into their group; `places` are theirs in `alike`."""
    free = [opinion for opinion in opinions if _kept(opinion) is None]
    kept = next((one.group for one in opinions if one.group is not None and not one.group.automatic), None)
    if kept is not None:
        group = kept
    elif len(free) > 1 and len(free) == len(opinions):
        group = _group_for(free, used)
        group.name = name_for(texts)
    else:
        # Alone, by itself or because a person wants it so.
        loose = [opinion.pk for opinion in free if opinion.group_id is not None]
        Opinion.objects.filter(pk__in=loose).update(group=None)
        return
    group.typical = opinions[places.index(typical(alike, places))]
    group.save()
    used.add(group.pk)
    joined = [opinion.pk for opinion in free if opinion.group_id != group.pk]
    Opinion.objects.filter(pk__in=joined).update(group=group)


def _group_for(opinions: Sequence[Opinion], used: set[int]) -> OpinionGroup:
    """Return the machine's group most of whose opinions these are, else a new one."""
    before = Counter(
        opinion.group
        for opinion in opinions
        if opinion.group is not None and opinion.group.automatic and opinion.group_id not in used
    )
    for group, _ in before.most_common(1):
        return group
    first = opinions[0]
    return OpinionGroup(document_id=first.document_id, clause_id=first.clause_id, automatic=True)


def _keep_guesses(opinions: Sequence[Opinion], guesses: Sequence[str]) -> None:
    changed: dict[str, list[int]] = {}
    for opinion, guess in zip(opinions, guesses, strict=True):
        if not opinion.stance and opinion.suggestion_id is None and opinion.stance_guess != guess:
            changed.setdefault(guess, []).append(opinion.pk)
    for guess, ids in changed.items():
        Opinion.objects.filter(pk__in=ids).update(stance_guess=guess)


def name_for(texts: Sequence[str]) -> str:
    """Return a name for opinions of redacted texts: the words they share, else the beginning of what they say."""
    named = name_of(texts, 3) or summarize(texts, 24) or texts[0]
    return named[:NAME_LIMIT].strip() or "未命名"


def guess_stances(texts: Sequence[str]) -> list[str]:
    """Return what stance each text sounds like: by saying so, else by its tone; "" where neither tells."""
    from nlp.sentiment import NEGATIVE, POSITIVE, classify_many

    tones = classify_many(texts) if texts else []
    out: list[str] = []
    for text, tone in zip(texts, tones, strict=True):
        pro, contra = bool(_FOR.search(text)), bool(_AGAINST.search(text))
        if pro != contra:
            out.append(SUPPORT if pro else OPPOSE)
        elif not pro and tone.label in (POSITIVE, NEGATIVE):
            out.append(SUPPORT if tone.label == POSITIVE else OPPOSE)
        else:
            out.append("")
    return out


def rename_group(*, actor: Account, group: OpinionGroup, name: str) -> OpinionGroup:
    """Give a group the name a person has chosen; it stays as it is from now on. Raises NotAllowed, InvalidText."""
    name = " ".join(clean(name, name="名称", limit=NAME_LIMIT, field="name").split())
    if not name:
        raise InvalidText("请给这组意见一个名称。", fields={"name": "请写名称。"})
    if not may_arrange(actor):
        raise NotAllowed("没有整理意见的权限。")
    with transaction.atomic():
        document = lock_document(group.document_id)
        group = OpinionGroup.objects.select_for_update().get(pk=group.pk)
        group.name, group.automatic = name, False
        group.save(update_fields=["name", "automatic"])
        record(
            document=document,
            action="group.renamed",
            actor=actor,
            clause_id=group.clause_id,
            group=group.pk,
            name=name,
        )
        return group


def move_opinion(*, actor: Account, opinion: Opinion, group: OpinionGroup | None) -> Opinion:
    """Put an opinion into another group of its clause, or by itself (None). Raises NotAllowed, InvalidText."""
    if not may_arrange(actor):
        raise NotAllowed("没有整理意见的权限。")
    with transaction.atomic():
        document = lock_document(opinion.document_id)
        opinion = Opinion.objects.select_for_update().get(pk=opinion.pk)
        if group is not None:
            group = OpinionGroup.objects.select_for_update().get(pk=group.pk)
            if (group.document_id, group.clause_id) != (opinion.document_id, opinion.clause_id):
                raise InvalidText("只能移到同一条的分组里。", fields={"group": "没有这个分组。"})
            OpinionGroup.objects.filter(pk=group.pk).update(automatic=False)
        opinion.group, opinion.placed_by_hand = group, True
        opinion.save(update_fields=["group", "placed_by_hand"])
        record(
            document=document,
            action="opinion.moved",
            actor=actor,
            clause_id=opinion.clause_id,
            opinion=opinion,
            group=group.pk if group is not None else None,
        )
        return opinion
