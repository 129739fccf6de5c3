"""People and documents for the wiki's tests."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.utils import timezone

from wiki.kinds import Kind
from wiki.models import ClauseVersion, Document
from wiki.parsing import Node
from wiki.services import change_stage, create_document, submit_suggestion
from wiki.workflow import StageAction

FIRST = "商户应当在每日二十一点前收摊，并清理摊位周边的垃圾。"
SECOND = "违反本办法的，处一百元以上五百元以下罚款。"


@pytest.fixture
def make_user(db):
    def make(username, *permissions):
        user = get_user_model().objects.create_user(username=username, password="pw")
        for permission in permissions:
            app, codename = permission.split(".")
            user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
        return user

    return make


@pytest.fixture
def citizen(make_user):
    return make_user("citizen")


@pytest.fixture
def neighbour(make_user):
    return make_user("neighbour")


@pytest.fixture
def moderator(make_user):
    return make_user("moderator", "wiki.moderate_suggestion", "wagtailadmin.access_admin")


@pytest.fixture
def manager(make_user):
    return make_user("manager", "wiki.manage_document", "wagtailadmin.access_admin")


def tree():
    chapter = Node(Kind.HEADING, "第一章", "总则")
    chapter.children = [Node(Kind.ARTICLE, "第一条", FIRST), Node(Kind.ARTICLE, "第二条", SECOND)]
    table = Node(Kind.TABLE)
    table.children = [Node(Kind.HEADER_ROW, "", "时段 | 限值"), Node(Kind.ROW, "", "夜间 | 55 分贝")]
    return [chapter, table]


@pytest.fixture
def nodes():
    """Return a fresh clause tree, to be changed and imported as a newer file."""
    return tree()


@pytest.fixture
def make_document(db):
    def make(slug="stalls", *, nodes=None, opened=True, days=30):
        document = create_document(
            actor=None,
            slug=slug,
            title="摊贩管理办法（征求意见稿）",
            nodes=nodes or tree(),
            summary="怎样摆摊。",
        )
        if opened:
            document = change_stage(
                actor=None,
                document=document,
                action=StageAction.OPEN,
                closes_at=timezone.now() + timedelta(days=days) if days else None,
                short_reason="" if days >= 30 else "汛期将至，须尽快施行。",
                without_end=not days,
            )
        return document

    return make


@pytest.fixture
def document(make_document):
    return make_document()


@pytest.fixture
def clause_of():
    """Return the current wording of the clause with a label (or with a text, for rows)."""

    def find(document: Document, label="第一条") -> ClauseVersion:
        rows = ClauseVersion.objects.filter(document=document).current()
        return rows.filter(label=label).first() or rows.get(text=label)

    return find


@pytest.fixture
def suggest(clause_of):
    """Submit a suggestion that replaces one piece of a clause's wording by another."""

    def make(document, author, old, new, *, label="第一条", reason="这样更合理"):
        document.refresh_from_db()
        row = clause_of(document, label)
        assert old in row.text
        return submit_suggestion(
            author=author,
            clause=row.clause,
            text=row.text.replace(old, new),
            reason=reason,
            base_version=document.version,
        )

    return make
