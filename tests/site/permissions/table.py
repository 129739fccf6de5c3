"""Who may call which address: the table. A row is a method, a URL pattern, what each caller is answered, and a call.

`at` fills the pattern in, `send` is the body or the query; "@name.attribute" is something of the scene, anything else is
meant as it stands. Callers who are not named get the row's `rest`.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from civic.accounts.roles import Role
from tests.factories import INSIDE
from tests.site.permissions.callers import (
    ADMIN,
    ANYONE,
    DEVICE,
    FAR_CLERK,
    FAR_HANDLER,
    FAR_OFFICER,
    KEYS,
    OTHER_PARTNER,
    PARTNER,
    REPORTER,
)
from tests.site.permissions.calling import Answer

OK, IDLE, REFUSED, LOGIN, MISSING = Answer
PHOTO = object()  # stands for a fresh photo

CLERK, SUPERVISOR, HANDLER = Role.CASE_CLERK, Role.SUPERVISOR, Role.DEPARTMENT_HANDLER
OFFICER, DUTY, MODERATOR, WRITER = (
    Role.DISTRICT_OFFICER,
    Role.DUTY_OFFICER,
    Role.MODERATOR,
    Role.POLICY_WRITER,
)
CLERKS = (CLERK, FAR_CLERK)
FAR = (FAR_CLERK, FAR_HANDLER, FAR_OFFICER)
STRANGERS = (ANYONE, *KEYS)  # a key opens no page
OUTSIDE = (*STRANGERS, Role.CITIZEN, REPORTER)
DESK = (CLERK, SUPERVISOR, HANDLER, OFFICER, DUTY, *FAR, ADMIN)
WIKI = (MODERATOR, WRITER, ADMIN)

Answers = Mapping[str, Answer]


class Who(NamedTuple):
    """What each caller is answered."""

    rest: Answer
    named: Answers

    def of(self, name: str) -> Answer:
        return self.named.get(name, self.rest)


def who(rest: Answer, **names: tuple[str, ...]) -> Who:
    """Everybody is answered `rest`, but those that are named by another answer."""
    return Who(rest, {str(name): Answer(answer) for answer, group in names.items() for name in group})


def desk(*allowed: str, missing: tuple[str, ...] = (), answer: Answer = OK) -> Who:
    """A page below /admin/: outsiders are sent to sign in, staff who are not named are refused."""
    return who(REFUSED, **{answer.value: allowed, "missing": missing, "login": OUTSIDE})


def staff(*allowed: str, missing: tuple[str, ...] = (), idle: tuple[str, ...] = ()) -> Who:
    """An address of the staff API: whoever is not named is refused."""
    return who(REFUSED, ok=allowed, missing=missing, idle=idle)


EVERYONE, NOBODY, NOTHING = who(OK), who(REFUSED), who(MISSING)
ASKED = who(IDLE)  # anyone may ask by POST; nothing is stored
SIGNED_IN_PAGE = who(OK, login=STRANGERS)
SIGNED_IN_API = who(OK, refused=STRANGERS)
ONLY_REPORTER = who(MISSING, ok=(REPORTER,))
SENDERS = who(REFUSED, ok=(PARTNER, OTHER_PARTNER))
ONE_PARTNER = who(REFUSED, ok=(PARTNER,), missing=(OTHER_PARTNER,))

# A case before it is dispatched is on no department's desk; all of them are in the near district.
ON_DESK, NOT_ON_DESK = (CLERK, SUPERVISOR, OFFICER, DUTY, ADMIN), (HANDLER, *FAR)


class Row(NamedTuple):
    """One method of one URL pattern, what each is answered, and the call that is made."""

    method: str
    pattern: str
    who: Who
    at: Mapping[str, str] = {}
    send: Mapping[str, Any] = {}
    form: bool = False  # of an API: send a form instead of JSON


def get(pattern: str, who: Who, send: Mapping[str, Any] = {}, /, **at: str) -> Row:
    return Row("GET", pattern, who, at, send)


def post(pattern: str, who: Who, send: Mapping[str, Any] = {}, /, *, form: bool = False, **at: str) -> Row:
    return Row("POST", pattern, who, at, send, form)


FMT = r"\.(?P<fmt>xml|json)$"
HERE = {"lon": INSIDE[0], "lat": INSIDE[1]}
REPORT = {"text": "路灯不亮了，已经三天", **HERE}
TALK = {"slug": "@document.slug", "clause_id": "@clause.clause_id"}
WORDING = {"text": "商户应当在每日二十三点前收摊。", "reason": "晚一点", "base_version": 1}
MOVE = {"lon": 116.46, "lat": 39.91, "reason": "照片上看得出"}
URGENT = {"urgent": True, "reason": "有人受伤"}
READING = {"device": "d1", "laeq": 60, "window": 300, "time": "2026-03-01T02:00:00+08:00", **HERE}

PAGES = (
    get("health", EVERYONE),
    get("robots.txt", EVERYONE),
    get("favicon.ico", EVERYONE),
    get("report/", EVERYONE),
    post("report/", EVERYONE, REPORT),
    get("accounts/me/", SIGNED_IN_PAGE),
    get("accounts/login/", EVERYONE),
    post("accounts/login/", who(IDLE), {"username": "nobody", "password": "wrong"}),
    get("accounts/signup/", EVERYONE),
    post("accounts/signup/", EVERYONE, {"username": "newcomer", "password": "correct-horse-9"}),
    post("accounts/logout/", who(IDLE)),
    get("cases/", EVERYONE),
    get("cases/feed/", EVERYONE),
    get("cases/photos/<uuid:pk>/", who(MISSING, ok=(REPORTER, *ON_DESK)), pk="@photo"),
    get("cases/<str:number>/", EVERYONE, number="@fresh.number"),
    get("cases/<str:number>/feed/", EVERYONE, number="@fresh.number"),
    post("cases/<str:number>/subscribe/", EVERYONE, {"email": "b@example.com"}, number="@fresh.number"),
    post("cases/<str:number>/support/", who(OK, refused=(REPORTER,)), number="@fresh.number"),
    post("cases/<str:number>/claim/", ASKED, {"secret": "@fresh.secret"}, number="@fresh.number"),
    post("cases/<str:number>/claim/", NOBODY, {"secret": "AAAAAAAAAA"}, number="@fresh.number"),
    post(
        "cases/<str:number>/act/", ONLY_REPORTER, {"action": "add", "words": "还在"}, number="@fresh.number"
    ),
    get("map/", EVERYONE),
    get("places/boundaries/<slug:layer>.geojson", EVERYONE, layer="districts"),
    get("markets/", EVERYONE),
    get("markets/<slug:slug>/", EVERYONE, slug="@market.slug"),
    get("search/", EVERYONE, {"q": "垃圾"}),
    get("wiki/", EVERYONE),
    get("wiki/<slug:slug>/", EVERYONE, slug="@document.slug"),
    get("wiki/<slug:slug>/", who(MISSING, ok=WIKI), slug="@draft.slug"),
    get("wiki/<slug:slug>/clauses/<number:clause_id>/", EVERYONE, **TALK),
    get("wiki/<slug:slug>/clauses/<number:clause_id>/suggest/", SIGNED_IN_PAGE, **TALK),
    post("wiki/<slug:slug>/clauses/<number:clause_id>/suggest/", SIGNED_IN_PAGE, WORDING, **TALK),
    get("wiki/<slug:slug>/versions/", EVERYONE, slug="@document.slug"),
    get("wiki/<slug:slug>/versions/<number:number>/", EVERYONE, slug="@document.slug", number="1"),
    get("chat/", EVERYONE),
    get("wechat/", NOBODY),  # without WeChat's signature
    post("wechat/", NOBODY),
    get("subscriptions/<str:token>/confirm/", EVERYONE, token="@confirm"),
    post("subscriptions/<str:token>/confirm/", EVERYONE, token="@confirm"),
    get("subscriptions/<str:token>/end/", EVERYONE, token="@end"),
    post("subscriptions/<str:token>/end/", EVERYONE, token="@end"),
)

OPEN311 = (
    get("open311/v2/^discovery" + FMT, EVERYONE, fmt="json"),
    get("open311/v2/^services" + FMT, EVERYONE, fmt="json"),
    get("open311/v2/^services/(?P<code>[^/.]+)" + FMT, EVERYONE, fmt="json", code="01021"),
    get("open311/v2/^requests" + FMT, EVERYONE, fmt="json"),
    post(
        "open311/v2/^requests" + FMT, SENDERS,
        {"service_code": "06010", "description": "垃圾", "lat": INSIDE[1], "long": INSIDE[0]}, fmt="json",
    ),
    get("open311/v2/^requests/(?P<number>[^/.]+)" + FMT, EVERYONE, fmt="json", number="@fresh.number"),
    get("open311/v2/^tokens/(?P<token>[^/]+)" + FMT, who(REFUSED, missing=(PARTNER, OTHER_PARTNER)), fmt="json", token="x"),
    get("open311/v2/^servicerequestupdates" + FMT, EVERYONE, fmt="json"),
    post(
        "open311/v2/^servicerequestupdates" + FMT, ONE_PARTNER,
        {"service_request_id": "@sent.number", "description": "还在"}, fmt="json",
    ),
    get("open311/v2/^.*" + FMT, NOTHING, fmt="json"),
)  # fmt: skip

PUBLIC = "api/v1/public/"
PUBLIC_API = (
    post(f"{PUBLIC}reports/", EVERYONE, REPORT),
    get(f"{PUBLIC}cases/similar/", EVERYONE, REPORT),
    post(f"{PUBLIC}suggest/", ASKED, {"text": "垃圾没人收"}),
    post(f"{PUBLIC}where/", ASKED, {"text": "望京街道"}),
    get(f"{PUBLIC}cases/<str:number>/", EVERYONE, number="@fresh.number"),
    post(f"{PUBLIC}cases/<str:number>/support/", who(OK, refused=(REPORTER,)), number="@fresh.number"),
    post(f"{PUBLIC}cases/<str:number>/urge/", ONLY_REPORTER, number="@fresh.number"),
    post(f"{PUBLIC}cases/<str:number>/add/", ONLY_REPORTER, {"reason": "还在"}, number="@fresh.number"),
    post(f"{PUBLIC}cases/<str:number>/attachments/", ONLY_REPORTER, {"photos": PHOTO}, form=True, number="@fresh.number"),
    post(f"{PUBLIC}cases/<str:number>/rate/", ONLY_REPORTER, {"solved": True, "stars": 5}, number="@verified.number"),
    post(f"{PUBLIC}cases/<str:number>/reopen/", ONLY_REPORTER, {"reason": "没修好"}, number="@closed.number"),
    post(f"{PUBLIC}cases/<str:number>/place/", ONLY_REPORTER, {"place": "pin"}, number="@fresh.number"),
    get(f"{PUBLIC}map/cases", EVERYONE, {"bbox": "116,39,117,40", "zoom": "12"}),
    get(f"{PUBLIC}markets/", EVERYONE),
    get(f"{PUBLIC}search/", EVERYONE, {"q": "垃圾"}),
    get(f"{PUBLIC}wiki/documents/", EVERYONE),
    get(f"{PUBLIC}wiki/documents/<slug:slug>/", EVERYONE, slug="@document.slug"),
    get(f"{PUBLIC}wiki/documents/<slug:slug>/", who(MISSING, ok=WIKI), slug="@draft.slug"),
    get(f"{PUBLIC}wiki/documents/<slug:slug>/versions/", EVERYONE, slug="@document.slug"),
    get(f"{PUBLIC}wiki/documents/<slug:slug>/clauses/<number:clause_id>/", EVERYONE, **TALK),
    post(f"{PUBLIC}wiki/documents/<slug:slug>/clauses/<number:clause_id>/suggestions/", SIGNED_IN_API, WORDING, **TALK),
    post(f"{PUBLIC}chat/", EVERYONE, {"sender": "somebody", "text": "你好"}),
    get("api/v1/schema/", EVERYONE),
    get("api/v1/<path:rest>", NOTHING, rest="nothing"),
)  # fmt: skip

STAFF = "api/v1/staff/"
ACTIONS = f"{STAFF}cases/<str:number>/actions/"
CASE = {"number": "@fresh.number"}
STAFF_API = (
    get(f"{STAFF}cases/", staff(*DESK)),
    get(f"{STAFF}cases/<str:number>/", staff(*ON_DESK, missing=NOT_ON_DESK), **CASE),
    get(f"{STAFF}cases/<str:number>/", staff(*ON_DESK, HANDLER, missing=FAR), number="@dispatched.number"),
    post(
        f"{STAFF}cases/bulk/", staff(CLERK, idle=tuple(one for one in DESK if one != CLERK)),
        {"numbers": ["@fresh.number"], "action": "file"},
    ),
    post(f"{STAFF}cases/<str:number>/place/", staff(CLERK, OFFICER, missing=NOT_ON_DESK), MOVE, **CASE),
    post(f"{STAFF}cases/<str:number>/urgency/", staff(CLERK, SUPERVISOR, missing=NOT_ON_DESK), URGENT, **CASE),
    post(ACTIONS, staff(CLERK, missing=NOT_ON_DESK), {"action": "file"}, **CASE),
    post(ACTIONS, staff(CLERK, missing=NOT_ON_DESK), {"action": "recode", "code": "06010"}, **CASE),
    post(ACTIONS, staff(CLERK, missing=NOT_ON_DESK), {"action": "release"}, **CASE),
    post(ACTIONS, staff(CLERK, missing=NOT_ON_DESK), {"action": "withdraw", "reason": "有姓名"}, number="@released.number"),
    post(ACTIONS, staff(SUPERVISOR, missing=NOT_ON_DESK), {"action": "supervise", "reason": "快办"}, **CASE),
    post(ACTIONS, staff(HANDLER, missing=FAR), {"action": "accept"}, number="@dispatched.number"),
    post(ACTIONS, staff(CLERK, SUPERVISOR, missing=FAR), {"action": "close"}, number="@verified.number"),
    post(f"{STAFF}cases/<str:number>/merge/", staff(CLERK, missing=NOT_ON_DESK), {"into": "@twin.number"}, **CASE),
    post(f"{STAFF}cases/<str:number>/unmerge/", staff(CLERK, missing=NOT_ON_DESK), number="@merged.number"),
    get(f"{STAFF}cases/<str:number>/notes/", staff(*ON_DESK, missing=NOT_ON_DESK), **CASE),
    post(f"{STAFF}cases/<str:number>/notes/", staff(*ON_DESK, missing=NOT_ON_DESK), {"text": "已电话核实"}, **CASE),
    get(f"{STAFF}opinion/search/", staff(DUTY, ADMIN), {"q": "垃圾"}),
    post(f"{STAFF}analyze/", staff(idle=DESK), {"texts": ["垃圾没人收"]}),
)  # fmt: skip

PARTNERS = "api/v1/partner/"
PARTNER_API = (
    get(f"{PARTNERS}cases/", SENDERS),
    get(f"{PARTNERS}cases/<str:ref>/", ONE_PARTNER, ref="@sent.number"),
    get(f"{PARTNERS}cases/<str:ref>/", ONE_PARTNER, ref="@dispatched.number"),
    get(f"{PARTNERS}cases/<str:ref>/", who(REFUSED, missing=(PARTNER, OTHER_PARTNER)), ref="@fresh.number"),
    post(f"{PARTNERS}cases/<str:ref>/updates/", ONE_PARTNER, {"action": "accept"}, ref="@dispatched.number"),
    post(f"{PARTNERS}sensors/noise/", who(REFUSED, ok=(PARTNER, OTHER_PARTNER, DEVICE)), READING),
)

CASES = "admin/cases/"
ACT = f"{CASES}<int:pk>/act/"
PK = {"pk": "@fresh.case_id"}
CASE_DESK = (
    get(CASES, desk(*DESK)),
    get(f"{CASES}map/", desk(*DESK)),
    get(f"{CASES}points/", desk(*DESK)),
    get(f"{CASES}export.csv", desk(*DESK)),
    get(f"{CASES}export.xlsx", desk(*DESK)),
    get(f"{CASES}codes/", desk(*DESK)),
    get(f"{CASES}triage/quality/", desk(*DESK)),
    get(f"{CASES}triage/quality/cases/", desk(*DESK)),
    get(f"{CASES}evaluation/", desk(*DESK)),
    get(f"{CASES}evaluation/cases/", desk(*DESK)),
    get(f"{CASES}dispatch/", desk(*CLERKS, SUPERVISOR, ADMIN)),
    get(f"{CASES}triage/", desk(*CLERKS)),
    post(f"{CASES}triage/decide/", desk(CLERK), {"case": "@unsure.case_id", "code": "06010"}),
    post(f"{CASES}triage/skip/", desk(*CLERKS, answer=IDLE), {"case": "@unsure.case_id"}),
    get(f"{CASES}imports/", desk(CLERK)),
    get(f"{CASES}imports/<uuid:key>/", desk(CLERK), key="@job"),
    post(f"{CASES}imports/<uuid:key>/", desk(CLERK, answer=IDLE), {"action": "columns", "column-text": "诉求内容"}, key="@job"),
    get(f"{CASES}imports/<uuid:key>/problems.csv", desk(CLERK), key="@job"),
    post(f"{CASES}bulk/", desk(CLERK), {"case": "@fresh.case_id", "action": "file"}),
    post(f"{CASES}filters/", desk(*DESK), {"name": "我的", "query": "urgent=on"}),
    post(f"{CASES}filters/", desk(ADMIN), {"forget": "@filter.pk"}),  # whose it is
    get(f"{CASES}<int:pk>/", desk(*ON_DESK, missing=NOT_ON_DESK), **PK),
    get(f"{CASES}<int:pk>/", desk(*ON_DESK, HANDLER, missing=FAR), pk="@dispatched.case_id"),
    post(ACT, desk(CLERK, missing=NOT_ON_DESK), {"action": "file"}, **PK),
    post(ACT, desk(CLERK, missing=NOT_ON_DESK), {"action": "recode", "code": "06010"}, **PK),
    post(ACT, desk(CLERK, missing=NOT_ON_DESK), {"action": "release", "number": "@fresh.number"}, **PK),
    post(
        ACT, desk(CLERK, missing=NOT_ON_DESK),
        {"action": "withdraw", "number": "@released.number", "reason": "有姓名"}, pk="@released.case_id",
    ),
    post(f"{CASES}<int:pk>/urgency/", desk(CLERK, SUPERVISOR, missing=NOT_ON_DESK), {"urgent": "1", "reason": "有人受伤"}, **PK),
    post(ACT, desk(SUPERVISOR, missing=NOT_ON_DESK), {"action": "supervise", "reason": "快办"}, **PK),
    post(ACT, desk(HANDLER, missing=FAR), {"action": "accept"}, pk="@dispatched.case_id"),
    post(ACT, desk(CLERK, SUPERVISOR, missing=FAR), {"action": "close"}, pk="@verified.case_id"),
    post(f"{CASES}<int:pk>/notes/", desk(*ON_DESK, missing=NOT_ON_DESK), {"text": "已电话核实"}, **PK),
    post(f"{CASES}<int:pk>/place/", desk(CLERK, OFFICER, missing=NOT_ON_DESK), MOVE, **PK),
    post(f"{CASES}<int:pk>/merge/", desk(CLERK, missing=NOT_ON_DESK), {"number": "@twin.number"}, **PK),
    post(f"{CASES}<int:pk>/merges/<int:merge_pk>/undo/", desk(CLERK, missing=NOT_ON_DESK), pk="@twin.case_id", merge_pk="@merge.pk"),
)  # fmt: skip

SNIPPETS = "admin/snippets/cases/"
PARTNER_DESK = "admin/partners/<int:pk>/"
HOOK = {"pk": "@partner.pk", "webhook_pk": "@hook.pk"}
OTHER_DESKS = (
    get("admin/dead-letters/", desk(ADMIN)),
    post("admin/dead-letters/", desk(ADMIN), {"event": "@dead.pk"}),
    get("admin/partners/", desk(ADMIN)),
    get(PARTNER_DESK, desk(ADMIN), pk="@partner.pk"),
    post(f"{PARTNER_DESK}active/", desk(ADMIN), {"active": "0"}, pk="@partner.pk"),
    post(f"{PARTNER_DESK}webhooks/", desk(ADMIN), {"url": "https://93.184.216.34/other", "audience": "own"}, pk="@partner.pk"),
    post(f"{PARTNER_DESK}webhooks/<int:webhook_pk>/switch/", desk(ADMIN), {"active": "0"}, **HOOK),
    post(f"{PARTNER_DESK}webhooks/<int:webhook_pk>/secret/", desk(ADMIN), **HOOK),
    post(f"{PARTNER_DESK}keys/<int:key_pk>/revoke/", desk(ADMIN), pk="@partner.pk", key_pk="@key.pk"),
    post("admin/partners/deliveries/<int:delivery_pk>/again/", desk(ADMIN), delivery_pk="@delivery.pk"),
    get("admin/opinion/", desk(DUTY, ADMIN)),
    get("admin/wiki/", desk(*WIKI)),
    get("admin/wiki/clauses/<number:clause_id>/", desk(*WIKI), clause_id="@clause.clause_id"),
    get("admin/wiki/suggestions/<number:pk>/", desk(*WIKI), pk="@suggestion.pk"),
    post(
        "admin/wiki/suggestions/<number:pk>/", desk(*WIKI),
        {"decision": "accept", "reason": "有道理", "seen_version": 1}, pk="@suggestion.pk",
    ),
    get("admin/wiki/documents/", desk(WRITER, ADMIN)),
    post("admin/wiki/documents/<number:pk>/stage/", desk(WRITER, ADMIN), {"action": "close"}, pk="@document.pk"),
    get("admin/conversations/", desk(*CLERKS, ADMIN)),
    get("admin/conversations/<uuid:pk>/", who(MISSING, ok=(*CLERKS, ADMIN), login=OUTSIDE), pk="@conversation.pk"),
    post("admin/conversations/<uuid:pk>/close/", who(MISSING, ok=(*CLERKS, ADMIN), login=OUTSIDE), pk="@conversation.pk"),
    get(f"{SNIPPETS}answertemplate/", desk(*CLERKS, SUPERVISOR, ADMIN)),
    post(f"{SNIPPETS}answertemplate/add/", desk(*CLERKS, SUPERVISOR, ADMIN), {"title": "收到", "text": "已收到。"}),
    post(f"{SNIPPETS}answertemplate/delete/<int:pk>/", desk(*CLERKS, SUPERVISOR, ADMIN), pk="@template.pk"),
    get(f"{SNIPPETS}dispatchrule/", desk(*CLERKS, SUPERVISOR, ADMIN)),
    get(f"{SNIPPETS}dispatchrule/add/", desk(SUPERVISOR, ADMIN)),
    post(f"{SNIPPETS}dispatchrule/delete/<int:pk>/", desk(SUPERVISOR, ADMIN), pk="@rule.pk"),
    get("admin/login/", who(LOGIN)),
    get("admin/jsi18n/", EVERYONE),  # words for scripts
    get("admin/test404/", who(OK, login=OUTSIDE)),  # Wagtail's: what a page looks like that is not there
)  # fmt: skip

ROWS: tuple[Row, ...] = (*PAGES, *OPEN311, *PUBLIC_API, *STAFF_API, *PARTNER_API, *CASE_DESK, *OTHER_DESKS)
