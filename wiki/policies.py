"""Who may do what: one table of rights by stage, and predicates over a person, a document and the time.

The table is the whole truth about roles and stages; the predicates add what a table cannot say: the dates of a
consultation and the state of one suggestion. The page “谁能做什么” shows the same table.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from wiki.models import Comment, Document, Suggestion
from wiki.workflow import UNDECIDED, Stage, takes_suggestions

MODERATE = "wiki.moderate_suggestion"
MANAGE = "wiki.manage_document"

Account = Any
"""A row of settings.AUTH_USER_MODEL, whatever model the site has chosen."""


class Role(TextChoices):
    """Who a person is to the wiki; one person may be a moderator and a writer."""

    ANONYMOUS = "anonymous", _("访客")
    CITIZEN = "citizen", _("登录用户")
    MODERATOR = "moderator", _("审核员")
    WRITER = "writer", _("政策起草人")
    ADMIN = "admin", _("管理员")


class Right(TextChoices):
    """What can be done with a document."""

    READ = "read", _("阅读")
    SUGGEST = "suggest", _("提修改建议")
    COMMENT = "comment", _("评论")
    VOTE = "vote", _("表示支持或反对")
    DECIDE = "decide", _("审核修改建议")
    ANSWER = "answer", _("答复意见")
    EDIT_TEXT = "edit_text", _("直接修改文字")
    EDIT_FACTS = "edit_facts", _("修改日期、范围等信息")
    CHANGE_STAGE = "change_stage", _("推进阶段")
    IMPORT = "import", _("导入新文本")
    EXPORT = "export", _("导出")


_A, _C, _M, _W, _X = Role
_NOBODY: frozenset[Role] = frozenset()
_EVERYONE = frozenset(Role)
_STAFF = frozenset({_M, _W, _X})
_SIGNED_IN = frozenset({_C, _M, _W, _X})
_DECIDE = frozenset({_M, _X})
_MANAGE = frozenset({_W, _X})
_LAST = frozenset({_X})

# In the order of Stage: draft, open, closed, answered, published, archived. Opinions that came in time are decided
# after the closing day, until the answers are public; letters that came late are still answered then. What is
# published is settled: only its facts, such as whom to ask, are kept right.
_ROWS: dict[Right, tuple[frozenset[Role], ...]] = {
    Right.READ: (_STAFF, _EVERYONE, _EVERYONE, _EVERYONE, _EVERYONE, _EVERYONE),
    Right.SUGGEST: (_NOBODY, _SIGNED_IN, _NOBODY, _NOBODY, _NOBODY, _NOBODY),
    Right.COMMENT: (_NOBODY, _SIGNED_IN, _NOBODY, _NOBODY, _NOBODY, _NOBODY),
    Right.VOTE: (_NOBODY, _SIGNED_IN, _NOBODY, _NOBODY, _NOBODY, _NOBODY),
    Right.DECIDE: (_NOBODY, _DECIDE, _DECIDE, _NOBODY, _NOBODY, _NOBODY),
    Right.ANSWER: (_NOBODY, _DECIDE, _DECIDE, _DECIDE, _NOBODY, _NOBODY),
    Right.EDIT_TEXT: (_MANAGE, _MANAGE, _MANAGE, _MANAGE, _NOBODY, _NOBODY),
    Right.EDIT_FACTS: (_MANAGE, _MANAGE, _MANAGE, _MANAGE, _MANAGE, _LAST),
    Right.CHANGE_STAGE: (_MANAGE, _MANAGE, _MANAGE, _MANAGE, _MANAGE, _NOBODY),
    Right.IMPORT: (_MANAGE, _MANAGE, _MANAGE, _MANAGE, _NOBODY, _NOBODY),
    Right.EXPORT: (_STAFF, _EVERYONE, _EVERYONE, _EVERYONE, _EVERYONE, _EVERYONE),
}
MATRIX: Mapping[Right, Mapping[Stage, frozenset[Role]]] = {
    right: dict(zip(Stage, row, strict=True)) for right, row in _ROWS.items()
}


class Person(Protocol):
    """What the policies ask of a user: Django's users and AnonymousUser both answer it."""

    @property
    def pk(self) -> Any: ...
    @property
    def is_authenticated(self) -> Any: ...
    @property
    def is_active(self) -> Any: ...
    def has_perm(self, perm: str, /) -> bool: ...


def may(role: Role, right: Right, stage: str, *, unsigned: bool = False) -> bool:
    """Return whether a role has a right in a stage; `unsigned`: the site takes suggestions nobody has signed."""
    if unsigned and role == Role.ANONYMOUS and right == Right.SUGGEST:
        role = Role.CITIZEN
    return role in MATRIX[right][Stage(stage)]


def takes_unsigned() -> bool:
    """Return whether the site takes suggestions of people who have not signed in."""
    return bool(getattr(settings, "WIKI_UNSIGNED_SUGGESTIONS", False))


def roles_of(user: Person | None) -> frozenset[Role]:
    """Return all that a person is to the wiki; None and a suspended account are visitors."""
    if user is None or not user.is_authenticated or not user.is_active:
        return frozenset({Role.ANONYMOUS})
    if getattr(user, "is_superuser", False):
        return frozenset({Role.CITIZEN, Role.MODERATOR, Role.WRITER, Role.ADMIN})
    held = {Role.CITIZEN}
    if user.has_perm(MODERATE):
        held.add(Role.MODERATOR)
    if user.has_perm(MANAGE):
        held.add(Role.WRITER)
    return frozenset(held)


def has_right(user: Person | None, right: Right, document: Document) -> bool:
    """Return whether the table gives this person the right in the document's stage."""
    unsigned = takes_unsigned()
    signed = user is not None and user.is_authenticated and user.is_active
    # What everybody may, is said without looking up who this is.
    if may(Role.CITIZEN if signed else Role.ANONYMOUS, right, document.stage, unsigned=unsigned):
        return True
    return any(may(role, right, document.stage, unsigned=unsigned) for role in roles_of(user))


def can_moderate(user: Person) -> bool:
    """Return whether this person sees the moderation desk."""
    return bool(user.is_authenticated and user.has_perm(MODERATE))


def can_manage(user: Person) -> bool:
    """Return whether this person brings in documents and moves them through their stages."""
    return bool(user.is_authenticated and user.has_perm(MANAGE))


def can_see_drafts(user: Person) -> bool:
    """Return whether this person reads documents before they are opened to the public."""
    return can_manage(user) or can_moderate(user)


def can_view(user: Person, document: Document) -> bool:
    """Return whether this person may read the document."""
    return has_right(user, Right.READ, document)


def first_version(user: Person, document: Document) -> int:
    """Return the oldest version this person may read: what was written as a draft stays with staff for good."""
    if document.first_public == 1 or can_see_drafts(user):
        return 1
    return document.first_public


def can_suggest(user: Person | None, document: Document, now: datetime) -> bool:
    """Return whether this person may suggest something now: while the document is open, anyone signed in.

    None is somebody who has not signed in: settings.WIKI_UNSIGNED_SUGGESTIONS says whether they may too.
    """
    if user is not None and not (user.is_authenticated and user.is_active):
        return False
    return has_right(user, Right.SUGGEST, document) and _inside_dates(document, now)


def can_comment(user: Person, document: Document, now: datetime) -> bool:
    """Return whether this person may comment now: anyone signed in, while the document is open."""
    return has_right(user, Right.COMMENT, document) and _inside_dates(document, now)


def can_vote(user: Person, document: Document, now: datetime) -> bool:
    """Return whether this person may support or oppose something now: anyone signed in, while it is open."""
    return has_right(user, Right.VOTE, document) and _inside_dates(document, now)


def can_decide(user: Person, suggestion: Suggestion) -> bool:
    """Return whether this person may accept or reject the suggestion in its present state."""
    return suggestion.status in UNDECIDED and has_right(user, Right.DECIDE, suggestion.document)


def can_answer(user: Person, document: Document) -> bool:
    """Return whether this person may answer opinions on the document now."""
    return has_right(user, Right.ANSWER, document)


def can_edit_text(user: Person, document: Document) -> bool:
    """Return whether this person may change the document's words directly."""
    return has_right(user, Right.EDIT_TEXT, document)


def can_edit_facts(user: Person, document: Document) -> bool:
    """Return whether this person may change the document's dates, scope and other facts."""
    return has_right(user, Right.EDIT_FACTS, document)


def can_change_stage(user: Person, document: Document) -> bool:
    """Return whether this person may move the document to another stage."""
    return has_right(user, Right.CHANGE_STAGE, document)


def can_import(user: Person, document: Document) -> bool:
    """Return whether this person may replace the document's text by a newer file."""
    return has_right(user, Right.IMPORT, document)


def can_export(user: Person, document: Document) -> bool:
    """Return whether this person may take the document's text out."""
    return has_right(user, Right.EXPORT, document)


def _inside_dates(document: Document, now: datetime) -> bool:
    return takes_suggestions(document.stage, document.opens_at, document.closes_at, now)


def can_change_comment(user: Person, comment: Comment, now: datetime) -> bool:
    """Return whether this person may still put the words of a comment right: their own, soon after sending it."""
    mine = bool(user.is_authenticated and user.is_active) and user.pk == comment.author_id
    return mine and comment.withdrawn_at is None and now < comment.submitted_at + comment.EDITABLE_FOR
