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
OWN_WORDS = who(MISSING, ok=(REPORTER,), login=STRANGERS)
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
VERSION = {"slug": "@document.slug", "number": "1"}
DRAFT_VERSION = {"slug": "@draft.slug", "number": "1"}
TWO_VERSIONS = {"slug": "@document.slug", "old": "1", "new": "1"}
TALK_THEN = {**TALK, "number": "1"}
SAID = {"slug": "@document.slug", "pk": "@comment.pk"}
SAYING = {"text": "这里说得不清楚。", "base_version": 1}
VOTE = {"on": "clause", "id": "@clause.clause_id", "value": 1}
SORTED = {"opinion": "@waiting.pk", "action": "group", "name": "收摊太早"}
GIVEN = {"o": "@waiting.pk", "outcome": "partly", "reason": "夏季另行规定。"}
EDITED = {"pk": "@document.pk", "clause_id": "@clause.clause_id"}
ADDITION = {"kind": "article", "text": "新的一条。", "reason": "补一条", "seen_version": 99, "step": "save"}
REMOVAL = {"act": "remove", "reason": "另行规定", "seen_version": 99, "step": "save"}
WORDING = {"text": "商户应当在每日二十三点前收摊。", "reason": "晚一点", "base_version": 1}
ONE = {"slug": "@document.slug", "pk": "@suggestion.pk"}
REWORDED = {"text": "商户应当在每日二十三点前收摊。", "seen_version": 1}
OWN_SUGGESTION = who(MISSING, ok=(REPORTER,), refused=STRANGERS)
NO_CONFLICT = who(MISSING, refused=(REPORTER, *STRANGERS))
DRAFT = "wiki/documents/<slug:slug>/clauses/<number:clause_id>/drafts/<str:kind>/"
# Before a moderator has looked, a first-time author's suggestion is read by its author and moderators alone.
SUGGESTION_READERS = who(MISSING, ok=(REPORTER, MODERATOR, WRITER, ADMIN))
ONE_AUTHOR = who(MISSING, ok=(REPORTER,), refused=(MODERATOR, WRITER, ADMIN))
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
    get("wiki/archive/", EVERYONE),
    get("wiki/feed/", EVERYONE),
    get("wiki/rights/", EVERYONE),
    get("wiki/people/<number:pk>/", who(MISSING, ok=(REPORTER,)), pk="@reporter.pk"),
    post(
        "wiki/people/<number:pk>/shown/",
        who(MISSING, ok=(REPORTER,), login=STRANGERS),
        {"shown": "1"},
        pk="@reporter.pk",
    ),
    get("wiki/<slug:slug>/feed/", EVERYONE, slug="@document.slug"),
    get("wiki/<slug:slug>/feed/", NOTHING, slug="@draft.slug"),
    get("wiki/<slug:slug>/", EVERYONE, slug="@document.slug"),
    get("wiki/<slug:slug>/", who(MISSING, ok=WIKI), slug="@draft.slug"),
    get("wiki/<slug:slug>/clauses/<number:clause_id>/", EVERYONE, **TALK),
    get("wiki/<slug:slug>/clauses/<number:clause_id>/suggest/", SIGNED_IN_PAGE, **TALK),
    post("wiki/<slug:slug>/clauses/<number:clause_id>/suggest/", SIGNED_IN_PAGE, WORDING, **TALK),
    post("wiki/<slug:slug>/clauses/<number:clause_id>/presence/", SIGNED_IN_API, **TALK),
    post("wiki/<slug:slug>/clauses/<number:clause_id>/draft/", SIGNED_IN_API, WORDING, **TALK),
    get("wiki/<slug:slug>/presence/", EVERYONE, slug="@document.slug"),
    get("wiki/<slug:slug>/suggestions/<number:pk>/", SUGGESTION_READERS, **ONE),
    post("wiki/<slug:slug>/suggestions/<number:pk>/withdraw/", ONE_AUTHOR, **ONE),
    get("wiki/<slug:slug>/suggestions/<number:pk>/rebase/", who(MISSING, ok=(REPORTER,)), **ONE),
    post(
        "wiki/<slug:slug>/suggestions/<number:pk>/rebase/", who(MISSING, refused=(REPORTER,)), REWORDED, **ONE
    ),
    get("wiki/mine/suggestions/", SIGNED_IN_PAGE),
    get("wiki/mine/drafts/", SIGNED_IN_PAGE),
    get("wiki/<slug:slug>/export/<slug:form>/", EVERYONE, slug="@document.slug", form="docx"),
    get("wiki/<slug:slug>/export/<slug:form>/", who(MISSING, ok=WIKI), slug="@draft.slug", form="json"),
    get("wiki/<slug:slug>/clauses/<number:clause_id>/comments/", EVERYONE, **TALK),
    post("wiki/<slug:slug>/clauses/<number:clause_id>/comments/", SIGNED_IN_PAGE, SAYING, **TALK),
    get("wiki/<slug:slug>/comments/", EVERYONE, slug="@document.slug"),
    get("wiki/<slug:slug>/comments/", who(MISSING, ok=WIKI), slug="@draft.slug"),
    get("wiki/<slug:slug>/comments/<number:pk>/", EVERYONE, **SAID),
    post("wiki/<slug:slug>/comments/<number:pk>/", SIGNED_IN_PAGE, SAYING, **SAID),
    get("wiki/<slug:slug>/comments/<number:pk>/edit/", who(MISSING, ok=(REPORTER,), login=STRANGERS), **SAID),
    post(
        "wiki/<slug:slug>/comments/<number:pk>/edit/",
        who(MISSING, ok=(REPORTER,), login=STRANGERS),
        SAYING,
        **SAID,
    ),
    get(
        "wiki/<slug:slug>/comments/<number:pk>/withdraw/",
        who(MISSING, ok=(REPORTER,), login=STRANGERS),
        **SAID,
    ),
    post(
        "wiki/<slug:slug>/comments/<number:pk>/withdraw/",
        who(MISSING, ok=(REPORTER,), login=STRANGERS),
        **SAID,
    ),
    post("wiki/<slug:slug>/vote/", SIGNED_IN_PAGE, VOTE, slug="@document.slug"),
    get("wiki/<slug:slug>/ledger/", EVERYONE, slug="@document.slug"),
    get("wiki/<slug:slug>/ledger/", who(MISSING, ok=WIKI), slug="@draft.slug"),
    get("wiki/<slug:slug>/ledger/", SIGNED_IN_PAGE, {"mine": "1"}, slug="@document.slug"),
    get("wiki/<slug:slug>/ledger/opinions.csv", EVERYONE, slug="@document.slug"),
    get("wiki/<slug:slug>/ledger/opinions.csv", who(MISSING, ok=WIKI), slug="@draft.slug"),
    get("wiki/<slug:slug>/ledger/report.docx", who(MISSING), slug="@document.slug"),  # while it is open
    get("wiki/<slug:slug>/versions/", EVERYONE, slug="@document.slug"),
    get("wiki/<slug:slug>/versions/<number:number>/", EVERYONE, slug="@document.slug", number="1"),
    get("wiki/<slug:slug>/versions/<number:number>/text/", EVERYONE, **VERSION),
    get("wiki/<slug:slug>/versions/<number:number>/text/", who(MISSING, ok=WIKI), **DRAFT_VERSION),
    get("wiki/<slug:slug>/versions/<number:number>/attribution/", EVERYONE, **VERSION),
    get("wiki/<slug:slug>/versions/<number:number>/clauses/<number:clause_id>/", EVERYONE, **TALK_THEN),
    get("wiki/<slug:slug>/clauses/<number:clause_id>/history/", EVERYONE, **TALK),
    get("wiki/<slug:slug>/compare/", EVERYONE, slug="@document.slug"),
    get("wiki/<slug:slug>/compare/<number:old>/<number:new>/", EVERYONE, **TWO_VERSIONS),
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
    get(f"{PUBLIC}wiki/documents/<slug:slug>/export/", EVERYONE, slug="@document.slug"),
    get(f"{PUBLIC}wiki/documents/<slug:slug>/export/", who(MISSING, ok=WIKI), slug="@draft.slug"),
    get(f"{PUBLIC}wiki/documents/<slug:slug>/ledger/", EVERYONE, slug="@document.slug"),
    get(f"{PUBLIC}wiki/documents/<slug:slug>/ledger/", who(MISSING, ok=WIKI), slug="@draft.slug"),
    get(f"{PUBLIC}wiki/documents/<slug:slug>/versions/", EVERYONE, slug="@document.slug"),
    get(f"{PUBLIC}wiki/documents/<slug:slug>/versions/<number:number>/", EVERYONE, **VERSION),
    get(f"{PUBLIC}wiki/documents/<slug:slug>/versions/<number:number>/", who(MISSING, ok=WIKI), **DRAFT_VERSION),
    get(f"{PUBLIC}wiki/documents/<slug:slug>/versions/<number:number>/attribution/", EVERYONE, **VERSION),
    get(f"{PUBLIC}wiki/documents/<slug:slug>/compare/<number:old>/<number:new>/", EVERYONE, **TWO_VERSIONS),
    get(f"{PUBLIC}wiki/documents/<slug:slug>/clauses/<number:clause_id>/", EVERYONE, **TALK),
    post(f"{PUBLIC}wiki/documents/<slug:slug>/clauses/<number:clause_id>/suggestions/", SIGNED_IN_API, WORDING, **TALK),
    get(f"{PUBLIC}wiki/suggestions/mine/", SIGNED_IN_API),
    post(f"{PUBLIC}wiki/documents/<slug:slug>/suggestions/<number:pk>/withdraw/", OWN_SUGGESTION, **ONE),
    post(f"{PUBLIC}wiki/documents/<slug:slug>/suggestions/<number:pk>/rebase/", NO_CONFLICT, REWORDED, **ONE),
    get(f"{PUBLIC}wiki/drafts/", SIGNED_IN_API),
    Row("PUT", f"{PUBLIC}{DRAFT}", SIGNED_IN_API, {**TALK, "kind": "change"}, {"text": "写", "base_version": 1}),
    Row("DELETE", f"{PUBLIC}{DRAFT}", who(OK, refused=STRANGERS), {**TALK, "kind": "change"}),
    get(f"{PUBLIC}wiki/documents/<slug:slug>/presence/", EVERYONE, slug="@document.slug"),
    post(f"{PUBLIC}wiki/documents/<slug:slug>/clauses/<number:clause_id>/presence/", SIGNED_IN_API, **TALK),
    get(f"{PUBLIC}wiki/documents/<slug:slug>/comments/", EVERYONE, slug="@document.slug"),
    get(f"{PUBLIC}wiki/documents/<slug:slug>/comments/", who(MISSING, ok=WIKI), slug="@draft.slug"),
    get(f"{PUBLIC}wiki/documents/<slug:slug>/comments/<number:pk>/", EVERYONE, **SAID),
    post(f"{PUBLIC}wiki/documents/<slug:slug>/clauses/<number:clause_id>/comments/", SIGNED_IN_API, SAYING, **TALK),
    post(f"{PUBLIC}wiki/documents/<slug:slug>/comments/<number:pk>/replies/", SIGNED_IN_API, SAYING, **SAID),
    post(f"{PUBLIC}wiki/documents/<slug:slug>/comments/<number:pk>/withdraw/", who(REFUSED, ok=(REPORTER,)), **SAID),
    post(f"{PUBLIC}wiki/documents/<slug:slug>/votes/", SIGNED_IN_API, VOTE, slug="@document.slug"),
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
    get("admin/wiki/suggestions/", desk(*WIKI)),
    post("admin/wiki/suggestions/", desk(*WIKI), {"decision": "reject", "reason": "与上位法不一致", "pk": "@suggestion.pk"}),
    post("admin/wiki/suggestions/<number:pk>/group/", desk(*WIKI), {"action": "out"}, pk="@alike.pk"),
    get("admin/wiki/held/", desk(*WIKI)),
    post("admin/wiki/held/<number:pk>/", desk(*WIKI), {"decision": "release"}, pk="@holding.pk"),
    get("admin/wiki/templates/", desk(*WIKI)),
    post("admin/wiki/templates/", desk(*WIKI), {"name": "不在范围", "text": "不在这份文件的范围里。"}),
    get("admin/wiki/templates/<number:pk>/", desk(*WIKI), pk="@phrase.pk"),
    post("admin/wiki/templates/<number:pk>/", desk(*WIKI), {"name": "重复", "text": "已有。"}, pk="@phrase.pk"),
    get("admin/wiki/timing/", desk(*WIKI)),
    get("admin/wiki/comments/", desk(*WIKI)),
    get("admin/wiki/comments/<number:pk>/", desk(*WIKI), pk="@comment.pk"),
    post(
        "admin/wiki/comments/<number:pk>/", desk(*WIKI),
        {"action": "hide", "rule": "by_hand_advert", "reason": "广告"}, pk="@comment.pk",
    ),
    get("admin/wiki/documents/", desk(*WIKI)),
    get("admin/wiki/documents/new/", desk(WRITER, ADMIN)),
    post("admin/wiki/documents/new/", desk(WRITER, ADMIN), {"title": "办法", "slug": "new-one", "category": "官方发布"}),
    get("admin/wiki/documents/<number:pk>/", desk(*WIKI), pk="@document.pk"),
    post("admin/wiki/documents/<number:pk>/", desk(), {"title": "办法", "category": "官方发布"}, pk="@document.pk"),  # stale
    get("admin/wiki/categories/", desk(WRITER, ADMIN)),
    post("admin/wiki/categories/", desk(WRITER, ADMIN), {"name": "部门文件", "order": "5"}),
    get("admin/wiki/import/", desk(WRITER, ADMIN)),
    post("admin/wiki/import/", desk(WRITER, ADMIN, answer=IDLE), {"text": "办法\n第一条 好。"}),
    post("admin/wiki/import/store/", desk(WRITER, ADMIN), {"tree": "@tree", "title": "办法", "slug": "new-one"}),
    get("admin/wiki/documents/<number:pk>/doubts/", desk(WRITER, ADMIN), pk="@document.pk"),
    post("admin/wiki/doubts/<number:pk>/settle/", desk(WRITER, ADMIN), {"settled": "1"}, pk="@doubt.pk"),
    post("admin/wiki/documents/<number:pk>/stage/", desk(WRITER, ADMIN), {"action": "close", "reason": "意见已经充分"}, pk="@document.pk"),
    get("admin/wiki/documents/<number:pk>/text/", desk(WRITER, ADMIN), pk="@document.pk"),
    get("admin/wiki/documents/<number:pk>/text/add/", desk(WRITER, ADMIN), pk="@document.pk"),
    post("admin/wiki/documents/<number:pk>/text/add/", desk(WRITER, ADMIN), ADDITION, pk="@document.pk"),
    get("admin/wiki/documents/<number:pk>/text/<number:clause_id>/", desk(WRITER, ADMIN), **EDITED),
    post("admin/wiki/documents/<number:pk>/text/<number:clause_id>/", desk(WRITER, ADMIN), REMOVAL, **EDITED),
    get("admin/wiki/documents/<number:pk>/revert/", desk(WRITER, ADMIN), pk="@document.pk"),
    post("admin/wiki/documents/<number:pk>/revert/", desk(), pk="@document.pk"),
    get("admin/wiki/documents/<number:pk>/answers/", desk(*WIKI), pk="@document.pk"),
    post("admin/wiki/documents/<number:pk>/answers/sort/", desk(*WIKI), SORTED, pk="@document.pk"),
    get("admin/wiki/documents/<number:pk>/answers/give/", desk(*WIKI), pk="@document.pk"),
    post("admin/wiki/documents/<number:pk>/answers/give/", desk(*WIKI), GIVEN, pk="@document.pk"),
    get("admin/wiki/documents/<number:pk>/letters/", desk(*WIKI), pk="@document.pk"),
    post(
        "admin/wiki/documents/<number:pk>/letters/", desk(*WIKI),
        {"action": "one", "text": "建议延长。", "channel": "import"}, pk="@document.pk",
    ),
    get("admin/wiki/opinions/<number:pk>/correct/", desk(*WIKI), pk="@answered.pk"),
    post(
        "admin/wiki/opinions/<number:pk>/correct/", desk(*WIKI),
        {"outcome": "partly", "reason": "夏季另行规定。", "why": "重新研究过。"}, pk="@answered.pk",
    ),
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

HERE_TOO = {"slug": "@document.slug"}
OF_DOCUMENT = "admin/wiki/documents/<number:pk>/"
STATEMENTS = (
    get("wiki/<slug:slug>/statements/", EVERYONE, **HERE_TOO),
    get("wiki/<slug:slug>/statements/", who(MISSING, ok=WIKI), slug="@draft.slug"),
    post("wiki/<slug:slug>/statements/", SIGNED_IN_PAGE, {"statement": "@statement.pk", "answer": "agree"}, **HERE_TOO),
    get("wiki/<slug:slug>/statements/new/", EVERYONE, **HERE_TOO),
    post("wiki/<slug:slug>/statements/new/", SIGNED_IN_PAGE, {"text": "早市应当六点开门"}, **HERE_TOO),
    get("wiki/<slug:slug>/landscape/", EVERYONE, **HERE_TOO),
    get("wiki/<slug:slug>/log/", EVERYONE, **HERE_TOO),
    get("wiki/<slug:slug>/log/", who(MISSING, ok=WIKI), slug="@draft.slug"),
    get("wiki/<slug:slug>/log.csv", EVERYONE, **HERE_TOO),
    get("wiki/<slug:slug>/held/<number:pk>/", OWN_WORDS, pk="@kept.pk", **HERE_TOO),
    post("wiki/<slug:slug>/held/<number:pk>/", OWN_WORDS, {"objection": "这不是广告。"}, pk="@kept.pk", **HERE_TOO),
    get("wiki/<slug:slug>/landscape/", who(MISSING, ok=WIKI), slug="@draft.slug"),
    get(f"{PUBLIC}wiki/documents/<slug:slug>/statements/", EVERYONE, **HERE_TOO),
    post(f"{PUBLIC}wiki/documents/<slug:slug>/statements/", SIGNED_IN_API, {"text": "早市应当六点开门"}, **HERE_TOO),
    post(
        f"{PUBLIC}wiki/documents/<slug:slug>/statements/<number:pk>/answer/", SIGNED_IN_API, {"value": 1},
        pk="@statement.pk", **HERE_TOO,
    ),
    get(f"{PUBLIC}wiki/documents/<slug:slug>/landscape/", NOTHING, **HERE_TOO),  # until five people have answered
    get(f"{OF_DOCUMENT}writer/", desk(*WIKI), pk="@document.pk"),
    get(f"{OF_DOCUMENT}writer/whole/", desk(*WIKI), pk="@document.pk"),
    get(f"{OF_DOCUMENT}writer/opinions/", desk(*WIKI), pk="@document.pk"),
    get("admin/wiki/writer/clauses/<number:clause_id>/", desk(*WIKI), clause_id="@clause.clause_id"),
    get("admin/wiki/writer/clauses/<number:clause_id>/evidence/", desk(*WIKI), clause_id="@clause.clause_id"),
    post("admin/wiki/writer/groups/<number:pk>/rename/", desk(*WIKI), {"name": "收摊时间"}, pk="@group.pk"),
    post("admin/wiki/writer/opinions/<number:pk>/move/", desk(*WIKI), {"group": "@group.pk"}, pk="@suggestion.opinion.pk"),
    get(f"{OF_DOCUMENT}offers/", desk(*WIKI), pk="@document.pk"),
    post("admin/wiki/offers/<number:pk>/", desk(*WIKI), {"decision": "dismiss"}, pk="@offer.pk"),
    get(f"{OF_DOCUMENT}statements/", desk(*WIKI), pk="@document.pk"),
    post(f"{OF_DOCUMENT}statements/", desk(*WIKI), {"text": "夜市应当晚点收"}, pk="@document.pk"),
    post("admin/wiki/statements/<number:pk>/", desk(*WIKI), {"decision": "show"}, pk="@statement.pk"),
)  # fmt: skip

ROWS: tuple[Row, ...] = (
    *PAGES,
    *OPEN311,
    *PUBLIC_API,
    *STAFF_API,
    *PARTNER_API,
    *CASE_DESK,
    *OTHER_DESKS,
    *STATEMENTS,
)
