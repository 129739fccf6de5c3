"""What happens in the demo besides the usual path: content/demo/stories.csv, one thing a row, each told of a case.

`what` is who reported it (report, partner), what they sent (photo), how it went on (answer_photo, reopened, add,
urge, ask, supervise, support, merge) and how it was judged (rate). All of it goes through the product's services.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.utils import timezone

from civic.accounts.models import User
from civic.cases.models import IdempotencyKey, Report
from civic.cases.services import take_action
from civic.cases.services.closure import rate, reporter_action
from civic.cases.services.following import follow_on_site
from civic.cases.services.rewards import reward_reports
from civic.cases.services.sharing import Person, merge_cases, support_case
from civic.core.demo import ACCOUNT_PREFIX
from civic.demo.pictures import picture
from civic.demo.rows import rows_of
from civic.partners.models import Partner, Webhook
from civic.partners.services.keys import register_partner

Row = dict[str, str]
PARTNER = "partner-demo"  # the account of the local settings' demo-key
WEBHOOK = "https://partner.example/hooks/cases"  # a name that no one can own; switched off besides


@lru_cache(maxsize=1)
def _stories() -> dict[str, list[Row]]:
    told: dict[str, list[Row]] = defaultdict(list)
    for row in rows_of("stories.csv"):
        told[row["case"]].append(row)
    return dict(told)


class Story:
    """What is told of one case."""

    def __init__(self, case: str) -> None:
        self._rows = _stories().get(case, [])

    def _of(self, *what: str) -> list[Row]:
        return [row for row in self._rows if row["what"] in what]

    def submission(self) -> dict[str, Any]:
        """Return who reported it and with which photos, as `submit_report` takes it."""
        given: dict[str, Any] = {}
        for row in self._of("report"):
            given["reporter"] = person(row["by"])
        for row in self._of("partner"):
            given["partner"], given["source_ref"] = load_partner().user, row["value"]
        if photos := [picture(row["value"]) for row in self._of("photo")]:
            given["photos"] = photos
        return given

    @property
    def answer_photos(self) -> list[Any]:
        """Return the photos that the handler shows as done."""
        return [picture(row["value"]) for row in self._of("answer_photo")]

    @property
    def results_public(self) -> bool:
        """Whether a clerk lets the public see them."""
        return any(row["by"] == "clerk" for row in self._of("answer_photo"))

    @property
    def reopened(self) -> Row | None:
        """Return how a reporter judged it not solved after it had been closed, None for most cases."""
        return next(iter(self._of("reopened")), None)

    @property
    def rated(self) -> bool:
        """Whether the story says how it was judged."""
        return bool(self._of("rate", "reopened"))

    def has_photos(self) -> bool:
        """Whether photos came with the report."""
        return bool(self._of("photo"))

    def tell(self, report: Report, moment: datetime) -> None:
        """Do what the story says, from `moment` on, an hour apart, never later than now."""
        for row in self._of("add", "urge", "ask", "supervise", "support", "rate", "merge"):
            moment = not_later(moment + timedelta(hours=1))
            self._do(row, report, moment)
        for row in self._of("report"):
            follow_on_site(report=report, user=person(row["by"]))
        for row in self._of("support"):
            follow_on_site(report=report, user=person(row["by"]))

    @staticmethod
    def _do(row: Row, report: Report, at: datetime) -> None:
        report.refresh_from_db()
        what, who, words = row["what"], person(row["by"]), row["text"]
        if what == "support":
            support_case(report=report, person=Person(user=who), at=at)
        elif what == "rate":
            rate(report=report, solved=True, stars=int(row["value"]), comment=words, at=at)
        elif what == "merge":
            key = IdempotencyKey.objects.select_related("report").get(scope="demo", key=row["value"])
            merge_cases(source_pk=report.case_id, target_pk=key.report.case_id, actor=who, at=at)
        elif report.reporter_id == who.pk:
            reporter_action(report=report, action=what, reason=words, at=at)
        else:
            take_action(case_pk=report.case_id, action=what, actor=who, reason=words, at=at)


def person(name: str) -> User:
    """Return a demo account by its name in people.csv."""
    return User.objects.get(username=ACCOUNT_PREFIX + name)


def not_later(moment: datetime) -> datetime:
    """Return a moment, or now where it would lie ahead: nothing of the demo happens in the future."""
    return min(moment, timezone.now())


def reward(reports: Iterable[Report]) -> None:
    """Give the points of those reports that an account made or supports."""
    reward_reports([{"report": report.pk} for report in reports])


def load_partner() -> Partner:
    """Store the system that `demo-key` stands for, with an address that is switched off: nothing is ever sent."""
    partner = Partner.objects.filter(user__username=f"{User.Kind.PARTNER}:{PARTNER}").first()
    if partner is None or not partner.webhooks.exists():
        partner = register_partner(code=PARTNER, name="演示合作方（演示）")
        Webhook.objects.get_or_create(
            partner=partner, url=WEBHOOK, defaults={"salt": "0" * 32, "active": False}
        )
    return partner
