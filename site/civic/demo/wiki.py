"""The wiki's demo: its documents, and what people said of them: content/demo/wiki.csv, one thing a row, told in order.

`days` is how long ago it was; `by` may name several people, of whom each does it. `what` is a comment (on: the words it
quotes, value: the stance), a reply (on: a comment's id), a suggestion (on: the words it takes out, text: what it puts
there, value: why), an addition (text: a clause after `clause`), a deletion, a move (on: the clause it is to stand
after), what a moderator does with one (accept, value: why, text: other words in place of its own; refuse), a letter (value: the
channel), a vote (of a clause, or on a comment), a group of opinions (on: their ids), an answer (on: an opinion or a
group, value: the outcome), a statement, a person's answers to all statements in order (value: + agrees, - does not,
0 cannot say), a stage (value: the step), or keep_dates, by which a consultation ends on its day. All of it goes through
the wiki's services.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from civic.accounts.models import User
from civic.core.demo import ACCOUNT_PREFIX
from civic.demo.clock import clock_at
from civic.demo.rows import rows_of
from wiki.models import ClauseVersion, Comment, Document, Opinion, OpinionGroup, Statement, Suggestion
from wiki.services import accept_suggestion, change_stage, reject_suggestion, submit_suggestion
from wiki.services.answering import answer_group, answer_opinions, put_together
from wiki.services.comments import submit_comment
from wiki.services.grouping import group_suggestions
from wiki.services.letters import take_in_opinion
from wiki.services.stages import keep_dates
from wiki.services.statements import add_statement, answer_statement, draw_landscape
from wiki.services.votes import vote
from wiki.workflow import StageAction

Row = dict[str, str]
DOCUMENT = "market-upgrade"
OPENED = {"ebike-charging": 95, "community-canteen": 50, DOCUMENT: 12}
"""How many days ago the demo's consultations began; the other documents begin on the day they are loaded."""
ANSWERS = {"+": 1, "-": -1, "0": 0}
Kind = Suggestion.Kind


@transaction.atomic
def load_wiki() -> int:
    """Bring in the documents and tell all of it, once: where anything has been said of a document, it is left alone.

    Returns how many things were told.
    """
    now = timezone.now()
    policies = Path(settings.CONTENT_DIR)
    load_documents(policies / "demo" / "policies", now, again=False)
    load_documents(policies / "policies", now, again=True)
    rows = {slug: list(some) for slug, some in groupby(rows_of("wiki.csv"), key=lambda row: row["document"])}
    told = 0
    for slug, some in rows.items():
        document = Document.objects.filter(slug=slug).first()
        if document is None or Opinion.objects.filter(document=document).exists():
            continue
        load_residents()
        story = _Told(document)
        for row in some:
            with clock_at(now - timedelta(days=float(row["days"]))):
                story.tell(row)
        story.settle()
        told += len(some)
    return told


def load_documents(folder: Path, now: datetime, *, again: bool) -> None:
    """Import the folder's policies, each on the day it began; `again`: take over a newer text of one that is there."""
    for path in sorted(folder.glob("*.md")):
        known = Document.objects.filter(slug=path.stem).exists()
        if known and not again:
            continue
        with clock_at(now if known else now - timedelta(days=OPENED.get(path.stem, 0))):
            call_command("import_policy", path, verbosity=0)


def load_residents() -> None:
    """Store the people who only speak in the demo: nobody can sign in as one of them."""
    for row in rows_of("residents.csv"):
        User.objects.get_or_create(
            username=ACCOUNT_PREFIX + row["username"],
            defaults={"display_name": row["display_name"], "password": make_password(None)},
        )


class _Told:
    """What has been told of one document, by its id in the file."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.comments: dict[str, Comment] = {}
        self.suggestions: dict[str, Suggestion] = {}
        self.letters: dict[str, Opinion] = {}
        self.groups: dict[str, OpinionGroup] = {}
        self.statements: list[Statement] = []
        self.words: dict[str, str] = {}
        self.people = {
            user.username.removeprefix(ACCOUNT_PREFIX): user
            for user in User.objects.filter(username__startswith=ACCOUNT_PREFIX)
        }
        self.ways: dict[str, Callable[[Row, User], None]] = {
            "comment": self._comment,
            "reply": self._reply,
            "suggestion": self._suggestion,
            "addition": self._addition,
            "deletion": self._deletion,
            "move": self._move,
            "accept": self._accept,
            "refuse": self._refuse,
            "letter": self._letter,
            "vote": self._vote,
            "group": self._group,
            "answer": self._answer,
            "statement": self._statement,
            "answers": self._answers,
            "stage": self._stage,
            "keep_dates": self._keep_dates,
        }

    def tell(self, row: Row) -> None:
        """Do what a row tells, at the time that the clock shows."""
        self.document.refresh_from_db()
        for name in row["by"].split():
            self.ways[row["what"]](row, self.people[name])

    def settle(self) -> None:
        """Do at once what workers do by and by: put what is alike together, draw who agrees with whom."""
        waiting = Suggestion.objects.filter(document=self.document).waiting()
        for clause_id in waiting.values_list("clause_id", flat=True).distinct().order_by("clause_id"):
            group_suggestions(clause_id=clause_id)
        if self.statements:
            draw_landscape(document=self.document)

    def _wording(self, label: str) -> ClauseVersion:
        rows = ClauseVersion.objects.filter(document=self.document).current()
        return rows.select_related("clause").get(label=label)

    def _comment(self, row: Row, person: User) -> None:
        wording = self._wording(row["clause"])
        self.comments[row["id"]] = submit_comment(
            author=person,
            clause=wording.clause,
            text=row["text"],
            base_version=self.document.version,
            stance=row["value"],
            quote=row["on"],
            start=max(wording.text.find(row["on"]), 0),
        )

    def _reply(self, row: Row, person: User) -> None:
        thread = self.comments[row["on"]]
        submit_comment(
            author=person,
            clause=thread.clause,
            text=row["text"],
            base_version=self.document.version,
            thread=thread,
        )

    def _suggest(
        self, row: Row, person: User, kind: str, *, text: str = "", to: ClauseVersion | None = None
    ) -> None:
        self.suggestions[row["id"]] = submit_suggestion(
            author=person,
            clause=self._wording(row["clause"]).clause,
            text=text,
            reason=row["value"],
            base_version=self.document.version,
            kind=kind,
            to=None if to is None else to.clause,
        )

    def _suggestion(self, row: Row, person: User) -> None:
        self.words[row["id"]] = row["on"]
        self._suggest(
            row,
            person,
            Kind.CHANGE,
            text=self._wording(row["clause"]).text.replace(row["on"], row["text"], 1),
        )

    def _addition(self, row: Row, person: User) -> None:
        self._suggest(row, person, Kind.ADD, text=row["text"])

    def _deletion(self, row: Row, person: User) -> None:
        self._suggest(row, person, Kind.DELETE)

    def _move(self, row: Row, person: User) -> None:
        self._suggest(row, person, Kind.MOVE, to=self._wording(row["on"]))

    def _accept(self, row: Row, person: User) -> None:
        suggestion = self.suggestions[row["on"]]
        suggestion.refresh_from_db()
        wording = None
        if row["text"]:
            current = ClauseVersion.objects.filter(clause=suggestion.clause_id).current().get()
            wording = current.text.replace(self.words[row["on"]], row["text"], 1)
        accept_suggestion(moderator=person, suggestion=suggestion, reason=row["value"], wording=wording)

    def _refuse(self, row: Row, person: User) -> None:
        suggestion = self.suggestions[row["on"]]
        suggestion.refresh_from_db()
        reject_suggestion(moderator=person, suggestion=suggestion, reason=row["text"])

    def _letter(self, row: Row, person: User) -> None:
        self.letters[row["id"]] = take_in_opinion(
            actor=person,
            document_id=self.document.pk,
            text=row["text"],
            channel=row["value"],
            clause_id=self._wording(row["clause"]).clause_id,
            source_ref=f"demo-{row['id']}",
        )

    def _vote(self, row: Row, person: User) -> None:
        target = self.comments[row["on"]] if row["on"] else self._wording(row["clause"]).clause
        vote(voter=person, target=target, value=int(row["value"]))

    def _group(self, row: Row, person: User) -> None:
        opinions = [self._opinion(one) for one in row["on"].split()]
        self.groups[row["id"]] = put_together(moderator=person, opinions=opinions, name=row["text"])

    def _answer(self, row: Row, person: User) -> None:
        if group := self.groups.get(row["on"]):
            answer_group(moderator=person, group=group, outcome=row["value"], reason=row["text"])
        else:
            opinions = [self._opinion(row["on"])]
            answer_opinions(moderator=person, opinions=opinions, outcome=row["value"], reason=row["text"])

    def _opinion(self, number: str) -> Opinion:
        return self.letters.get(number) or Opinion.objects.get(comment=self.comments[number])

    def _statement(self, row: Row, person: User) -> None:
        self.statements.append(add_statement(author=person, document=self.document, text=row["text"]))

    def _answers(self, row: Row, person: User) -> None:
        for statement, said in zip(self.statements, row["value"], strict=True):
            answer_statement(voter=person, statement=statement, value=ANSWERS[said])

    def _stage(self, row: Row, person: User) -> None:
        change_stage(
            actor=person, document=self.document, action=StageAction(row["value"]), reason=row["text"]
        )

    def _keep_dates(self, row: Row, person: User) -> None:
        keep_dates()
