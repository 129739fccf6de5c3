"""The public API's addresses; the site mounts them under its own prefix."""

from django.urls import path

import wiki.converters  # noqa: F401  registers itself
from wiki.api import comments, documents, exports, history, ledger, statements, suggestions, writing

urlpatterns_public = [
    path("wiki/documents/", documents.DocumentList.as_view(), name="wiki-documents"),
    path("wiki/documents/<slug:slug>/", documents.DocumentDetail.as_view(), name="wiki-document"),
    path("wiki/documents/<slug:slug>/export/", exports.DocumentExport.as_view(), name="wiki-export"),
    path("wiki/documents/<slug:slug>/versions/", documents.VersionList.as_view(), name="wiki-versions"),
    path(
        "wiki/documents/<slug:slug>/versions/<number:number>/",
        history.VersionDetail.as_view(),
        name="wiki-version",
    ),
    path(
        "wiki/documents/<slug:slug>/versions/<number:number>/attribution/",
        history.VersionAttribution.as_view(),
        name="wiki-attribution",
    ),
    path(
        "wiki/documents/<slug:slug>/compare/<number:old>/<number:new>/",
        history.VersionComparison.as_view(),
        name="wiki-compare",
    ),
    path(
        "wiki/documents/<slug:slug>/clauses/<number:clause_id>/",
        suggestions.ClauseDetail.as_view(),
        name="wiki-clause",
    ),
    path(
        "wiki/documents/<slug:slug>/clauses/<number:clause_id>/suggestions/",
        suggestions.SuggestionCreate.as_view(),
        name="wiki-suggestions",
    ),
    path("wiki/suggestions/mine/", writing.OwnSuggestions.as_view(), name="wiki-own-suggestions"),
    path(
        "wiki/documents/<slug:slug>/suggestions/<number:pk>/withdraw/",
        writing.Withdraw.as_view(),
        name="wiki-withdraw",
    ),
    path(
        "wiki/documents/<slug:slug>/suggestions/<number:pk>/rebase/",
        writing.Rebase.as_view(),
        name="wiki-rebase",
    ),
    path("wiki/drafts/", writing.Drafts.as_view(), name="wiki-drafts"),
    path(
        "wiki/documents/<slug:slug>/clauses/<number:clause_id>/drafts/<str:kind>/",
        writing.DraftDetail.as_view(),
        name="wiki-draft",
    ),
    path("wiki/documents/<slug:slug>/presence/", writing.DocumentPresence.as_view(), name="wiki-presence"),
    path(
        "wiki/documents/<slug:slug>/clauses/<number:clause_id>/presence/",
        writing.ClausePresence.as_view(),
        name="wiki-clause-presence",
    ),
    path("wiki/documents/<slug:slug>/comments/", comments.CommentList.as_view(), name="wiki-comments"),
    path(
        "wiki/documents/<slug:slug>/comments/<number:pk>/",
        comments.CommentDetail.as_view(),
        name="wiki-comment",
    ),
    path(
        "wiki/documents/<slug:slug>/comments/<number:pk>/replies/",
        comments.ReplyCreate.as_view(),
        name="wiki-comment-replies",
    ),
    path(
        "wiki/documents/<slug:slug>/comments/<number:pk>/withdraw/",
        comments.CommentWithdraw.as_view(),
        name="wiki-comment-withdraw",
    ),
    path(
        "wiki/documents/<slug:slug>/clauses/<number:clause_id>/comments/",
        comments.ClauseCommentCreate.as_view(),
        name="wiki-clause-comments",
    ),
    path("wiki/documents/<slug:slug>/votes/", comments.VoteCast.as_view(), name="wiki-votes"),
    path("wiki/documents/<slug:slug>/ledger/", ledger.Ledger.as_view(), name="wiki-ledger"),
    path(
        "wiki/documents/<slug:slug>/statements/", statements.StatementList.as_view(), name="wiki-statements"
    ),
    path(
        "wiki/documents/<slug:slug>/statements/<number:pk>/answer/",
        statements.StatementAnswer.as_view(),
        name="wiki-statement-answer",
    ),
    path(
        "wiki/documents/<slug:slug>/landscape/", statements.LandscapeDetail.as_view(), name="wiki-landscape"
    ),
]
