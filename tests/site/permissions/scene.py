"""What the addresses lead to: cases of each kind, a document, a conversation, a partner, and the rest."""

import uuid
from datetime import timedelta
from typing import Any, NamedTuple

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from bot.models import Conversation
from civic.cases.imports.jobs import take_file
from civic.cases.models import AnswerTemplate, DispatchRule, Report, SavedFilter, Step
from civic.cases.services import release_report, submit_report
from civic.cases.services.sharing import merge_cases
from civic.core.models import OutboxEvent
from civic.engagement.models import Channel, Subscription
from civic.engagement.services.subscriptions import confirm_token, end_token
from civic.partners.models import Delivery, EventKind
from civic.partners.services.delivering import Message, enqueue
from civic.partners.services.webhooks import add_webhook
from tests.factories import INSIDE, bring_to, make_photo, make_report
from tests.site.markets.factories import make_market
from tests.site.permissions.callers import ADMIN, REPORTER, Cast
from wiki.desk.importing import pack
from wiki.kinds import Kind
from wiki.models import AnswerTemplate as Phrase
from wiki.models import ClauseVersion, Document, Doubt, Offer, OpinionGroup, Statement
from wiki.parsing import Node, parse_pasted
from wiki.services import change_stage, create_document, submit_suggestion
from wiki.services.answering import answer_opinions
from wiki.services.comments import submit_comment
from wiki.services.grouping import put_in_group
from wiki.services.holding import keep_back
from wiki.services.letters import take_in_opinion
from wiki.workflow import StageAction

TICKETS = "工单编号,诉求内容,地址\nA1,小区门口的垃圾三天没人收,北京市朝阳区朝外大街18号\n"


class Scene(NamedTuple):
    """The cast and what stands in the addresses, by name."""

    cast: Cast
    at: dict[str, Any]


def make_scene(cast: Cast) -> Scene:
    """Make everything once; the places of the cases are those of the near people of the cast."""
    return Scene(cast, _cases(cast) | _policy(cast) | _partner(cast) | _others(cast))


def _cases(cast: Cast) -> dict[str, Any]:
    photo = make_photo()
    fresh = make_report(reporter=cast.people[REPORTER], photos=[photo])
    dispatched, verified, closed = (make_report(reporter=cast.people[REPORTER]) for _ in range(3))
    bring_to(dispatched, Step.DISPATCH, cast.department)
    bring_to(verified, Step.VERIFICATION, cast.department)
    bring_to(closed, Step.CLOSED, cast.department)
    sent = submit_report(
        text="路口的井盖翘起来了", channel="open311", lon=INSIDE[0], lat=INSIDE[1], partner=cast.partner
    ).report
    twin, merged = make_report("同一处垃圾又堆起来了"), make_report("垃圾站满了没有人收拾")
    merge = merge_cases(source_pk=merged.case_id, target_pk=twin.case_id, actor=cast.people["case_clerk"])
    released = make_report(reporter=cast.people[REPORTER])
    release_report(report_pk=released.pk, actor=cast.people["case_clerk"])
    unsure = make_report("门口那个东西又坏了", reporter=cast.people[REPORTER])
    case = Report.objects.get(pk=unsure.pk).case
    case.code_source, case.code_certain = "nlp", False
    case.save()
    return {
        "fresh": fresh, "dispatched": dispatched, "verified": verified, "closed": closed, "sent": sent, "twin": twin,
        "merged": merged, "merge": merge, "unsure": unsure, "released": released, "photo": fresh.photos.get().pk,
    }  # fmt: skip


def _policy(cast: Cast) -> dict[str, Any]:
    nodes = [Node(Kind.ARTICLE, "第一条", "商户应当在每日二十一点前收摊。")]
    document = create_document(
        actor=None, slug="stalls", title="摊贩管理办法", nodes=nodes, summary="怎样摆摊。"
    )
    document = change_stage(
        actor=None, document=document, action=StageAction.OPEN, closes_at=timezone.now() + timedelta(days=30)
    )
    row = ClauseVersion.objects.filter(document=document).current().get()
    suggestion = submit_suggestion(
        author=cast.people[REPORTER], clause=row.clause, text=row.text.replace("二十一点", "二十二点"),
        reason="夏天天黑得晚", base_version=document.version,
    )  # fmt: skip
    alike = submit_suggestion(
        author=cast.people[ADMIN], clause=row.clause, text=row.text.replace("二十一点", "二十二点"),
        reason="我也这样想", base_version=document.version,
    )  # fmt: skip
    put_in_group(moderator=cast.people[ADMIN], suggestion=alike, head=suggestion)
    adverts = [
        submit_comment(
            author=cast.people[REPORTER],
            clause=row.clause,
            text=f"加微信 abcd123{n} 代开发票",
            base_version=1,
        )
        for n in range(2)
    ]
    kept = keep_back(moderator=cast.people[ADMIN], holding=adverts[1].holding, reason="这是广告")
    letter = {"actor": cast.people[ADMIN], "document_id": document.pk, "channel": "import"}
    waiting, answered = (take_in_opinion(text=text, **letter) for text in ("收摊太早。", "建议延长。"))
    answer_opinions(
        moderator=cast.people[ADMIN], opinions=[answered], outcome="rejected", reason="已有规定。"
    )
    draft = create_document(
        actor=None,
        slug="draft",
        title="还没有公开的办法",
        nodes=[Node(Kind.ARTICLE, "第一条", "试行。")],
        summary="试",
    )
    return {
        "document": Document.objects.get(pk=document.pk),
        "reporter": cast.people[REPORTER],
        "doubt": Doubt.objects.create(
            document=document, clause=row.clause, rule="gap", message="中间可能缺了条款。"
        ),
        "clause": row,
        "suggestion": suggestion,
        "comment": submit_comment(
            author=cast.people[REPORTER], clause=row.clause, text="收摊时间应当分季节。", base_version=1
        ),
        "alike": alike,
        "holding": adverts[0].holding,
        "kept": kept,
        "phrase": Phrase.objects.create(name="重复", text="已有相同的建议。"),
        "tree": pack(parse_pasted("办法\n第一条 好。")),
        "waiting": waiting,
        "answered": answered,
        "draft": draft,
        "statement": Statement.objects.create(document=document, text="晚上应当九点收摊", shown=True),
        "group": OpinionGroup.objects.create(document=document, clause=row.clause, name="收摊太早"),
        "offer": Offer.objects.create(
            document=document,
            clause=row.clause,
            channel="case",
            source_ref="x",
            text="希望晚点收摊",
            score=0.5,
            said_at=timezone.now(),
        ),
    }


def _partner(cast: Cast) -> dict[str, Any]:
    partner = cast.partner.partner
    hook = add_webhook(partner=partner, url="https://93.184.216.34/hook", audience="own", kinds=[])
    enqueue([Message(hook.pk, "a", EventKind.STEP, {})])
    Delivery.objects.update(state=Delivery.State.DEAD)
    return {"partner": partner, "hook": hook, "key": partner.keys.get(), "delivery": Delivery.objects.get()}


def _others(cast: Cast) -> dict[str, Any]:
    clerk, admin = cast.people["case_clerk"], cast.people[ADMIN]
    conversation = Conversation.objects.create(
        channel="webchat", sender="someone", state="handover", handover_at=timezone.now()
    )
    file = SimpleUploadedFile("五月.csv", TICKETS.encode())
    subscription = Subscription.objects.create(
        subject="report:x", title="x", url="/", channel=Channel.EMAIL, address="a@example.com"
    )
    dead = OutboxEvent.objects.create(topic="x", state=OutboxEvent.State.DEAD)
    return {
        "conversation": conversation,
        "job": uuid.UUID(take_file(file=file, source="hotline12345", crs="wgs84", actor=clerk).key),
        "confirm": confirm_token(subscription),
        "end": end_token(subscription),
        "dead": dead,
        "market": make_market(),
        "template": AnswerTemplate.objects.create(title="感谢", text="谢谢您。"),
        "rule": DispatchRule.objects.create(code_prefix="06", department=cast.department),
        "filter": SavedFilter.objects.create(owner=admin, name="紧急", query="urgent=on"),
    }
