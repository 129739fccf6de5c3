"""Statements to agree or disagree with: writing them, letting them through, answering them, drawing the picture."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from wiki import ports
from wiki.errors import InvalidText, NotAllowed, NotOpen, TooMany
from wiki.landscape import LEAST, as_data, landscape
from wiki.models import Document, Landscape, Statement, StatementVote
from wiki.policies import Account, can_comment, can_manage, can_moderate, can_view, can_vote
from wiki.services.suggestions import closed_sentence
from wiki.services.versions import lock_document, record
from wiki.text.cleaning import clean
from wiki.workflow import EDITING_STAGES, Stage

TEXT_LIMIT = 140
TEXT_MINIMUM = 4
PER_DAY = 10
MOST = 200
"""Statements of one document: nobody answers more, and the picture needs answers to each."""
COUNTERS = {1: "agree_count", -1: "disagree_count", 0: "pass_count"}


def add_statement(
    *, author: Account, document: Document, text: str, clause_id: int | None = None
) -> Statement:
    """Store a statement; staff's is shown at once, a citizen's when a moderator has let it through.

    The same words give the same statement. Raises NotAllowed, NotOpen, InvalidText, TooMany.
    """
    text = " ".join(clean(text, name="陈述", limit=TEXT_LIMIT, field="text").split())
    if len(text) < TEXT_MINIMUM:
        message = "请写一句完整的话，别人能说同意或不同意。"
        raise InvalidText(message, fields={"text": message})
    with transaction.atomic():
        document = lock_document(document.pk)
        if not can_view(author, document) or not author.is_authenticated or not author.is_active:
            raise NotAllowed("登录后才能写陈述。")
        staff = can_manage(author) or can_moderate(author)
        if staff and document.stage not in EDITING_STAGES:
            raise NotOpen(f"这份文件现在是“{document.get_stage_display()}”，不能再加陈述。")
        if not staff and not can_comment(author, document, timezone.now()):
            raise NotOpen(closed_sentence(document))
        if clause_id is not None and not document.clauses.filter(pk=clause_id).exists():
            raise InvalidText("这份文件里没有这一条。", fields={"clause": "没有这一条。"})
        same = Statement.objects.filter(document=document, text=text).first()
        if same is not None:
            return same
        if document.statements.filter(Q(shown=True) | Q(refusal="")).count() >= MOST:
            raise TooMany(f"一份文件最多 {MOST} 条陈述，已经够了；请先回答别人写的。")
        if not staff:
            _check_rate(author)
        statement = Statement.objects.create(
            document=document, clause_id=clause_id, text=text, author=author, shown=staff
        )
        record(
            document=document,
            action="statement.added",
            actor=author,
            clause_id=clause_id,
            statement=statement.pk,
        )
        ports.publish(
            topic="wiki.statement.added",
            payload={"statement": statement.pk, "document": document.pk, "shown": staff},
            key=f"wiki.statement.added:{statement.pk}",
        )
        return statement


def judge_statement(*, moderator: Account, statement: Statement, show: bool, reason: str = "") -> Statement:
    """Show a statement to everybody, or not, with the reason. Raises NotAllowed, InvalidText, NotOpen."""
    reason = " ".join(clean(reason, name="理由", limit=200, field="reason").split())
    if not (can_moderate(moderator) or can_manage(moderator)):
        raise NotAllowed("没有审核陈述的权限。")
    if not show and not reason:
        raise InvalidText("不公开须写明理由。", fields={"reason": "请写明理由。"})
    with transaction.atomic():
        document = lock_document(statement.document_id)
        if document.stage not in EDITING_STAGES:
            raise NotOpen(f"这份文件现在是“{document.get_stage_display()}”，陈述不能再改。")
        statement = Statement.objects.select_for_update().get(pk=statement.pk)
        statement.shown, statement.refusal = show, "" if show else reason
        statement.save(update_fields=["shown", "refusal"])
        record(
            document=document,
            action="statement.shown" if show else "statement.refused",
            actor=moderator,
            clause_id=statement.clause_id,
            statement=statement.pk,
        )
        ports.publish(
            topic="wiki.statement.judged",
            payload={"statement": statement.pk, "document": document.pk, "shown": show},
        )
        return statement


def answer_statement(*, voter: Account, statement: Statement, value: int) -> None:
    """Store that a person agrees (1), disagrees (-1) or cannot say (0); a second answer takes the first's place.

    Raises NotAllowed, NotOpen, InvalidText.
    """
    if value not in COUNTERS:
        raise InvalidText("请选择同意、不同意或不好说。", fields={"value": "请选择一个回答。"})
    with transaction.atomic():
        document = lock_document(statement.document_id)
        if not can_view(voter, document) or not voter.is_authenticated or not voter.is_active:
            raise NotAllowed("登录后才能回答。")
        if not can_vote(voter, document, timezone.now()):
            raise NotOpen(closed_sentence(document))
        if not Statement.objects.filter(pk=statement.pk, shown=True).exists():
            raise NotAllowed("这条陈述没有公开，不能回答。")
        before = StatementVote.objects.filter(statement=statement, voter=voter).first()
        if before is not None and before.value == value:
            return
        change = {COUNTERS[value]: F(COUNTERS[value]) + 1}
        if before is not None:
            change[COUNTERS[before.value]] = F(COUNTERS[before.value]) - 1
        StatementVote.objects.update_or_create(statement=statement, voter=voter, defaults={"value": value})
        Statement.objects.filter(pk=statement.pk).update(**change)


def draw_stale() -> int:
    """Draw the picture of every document of which enough people's answers are new; return how many. For workers."""
    done = 0
    documents = Document.objects.exclude(stage__in=[Stage.DRAFT, Stage.ARCHIVED]).filter(
        statements__shown=True
    )
    for document in documents.select_related("landscape").distinct():
        done += draw_landscape(document=document)
    return done


def draw_landscape(*, document: Document) -> bool:
    """Draw the picture again if at least LEAST people have answered since, or what is shown has changed.

    Were it drawn after each answer, two pictures would tell what one person has answered. Returns whether it was.
    """
    now = timezone.now()
    statements = list(document.statements.shown().values_list("pk", flat=True))
    before: Landscape | None = Landscape.objects.filter(document=document).first()
    answers = StatementVote.objects.filter(statement__in=statements)
    fresh = answers if before is None else answers.filter(voted_at__gt=before.made_at)
    people = fresh.aggregate(n=Count("voter", distinct=True))["n"]
    if people < LEAST:
        return False
    rows = list(answers.values_list("statement_id", "voter_id", "value"))
    data = as_data(landscape(rows, statements))
    with transaction.atomic():
        lock_document(document.pk)
        Landscape.objects.update_or_create(document=document, defaults={"data": data, "made_at": now})
    return True


def _check_rate(author: Account) -> None:
    recent = Statement.objects.filter(author=author, made_at__gt=timezone.now() - timedelta(days=1))
    if recent.count() >= PER_DAY:
        raise TooMany(f"一天最多写 {PER_DAY} 条陈述，请明天再来。")
