"""Any sequence of suggesting and deciding: no text and no opinion is ever lost, every version stays as it was."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wiki import errors
from wiki.models import ClauseVersion, Decision, Document, Suggestion
from wiki.outline import arrange
from wiki.services import accept_suggestion, reject_suggestion, submit_suggestion
from wiki.workflow import Status

pytestmark = pytest.mark.django_db


def texts(document, number=None):
    rows = ClauseVersion.objects.filter(document=document)
    rows = rows.current() if number is None else rows.at(number)
    return [line.row.text for line in arrange(rows)]


words = st.sampled_from(["二十一点", "每日", "摊位", "应当", "垃圾", "清理", "商户", "收摊"])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("suggest"), words, st.text(alphabet="甲乙二三，每", max_size=3)),
        st.tuples(st.sampled_from(["accept", "reject", "reword"]), st.integers(0, 5), st.just("")),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_no_text_and_no_opinion_is_ever_lost(make_document, make_user, clause_of, given_steps):
    with transaction.atomic():
        number = Document.objects.count()
        document = make_document(f"model-{number}")
        citizen, moderator = make_user(f"c{number}"), make_user(f"m{number}", "wiki.moderate_suggestion")
        history = {1: texts(document)}
        written = {}
        for action, what, new in given_steps:
            document.refresh_from_db()
            current = clause_of(document)
            undecided = list(Suggestion.objects.filter(document=document).undecided().oldest_first())
            if action == "suggest":
                text = current.text.replace(what, new)
                try:
                    suggestion = submit_suggestion(
                        author=citizen,
                        clause=current.clause,
                        text=text,
                        reason="试一试",
                        base_version=document.version,
                    )
                except (errors.NothingChanged, errors.TooMany):
                    continue
                written[suggestion.pk] = (suggestion.text, suggestion.base_version)
            elif undecided:
                chosen = undecided[what % len(undecided)]
                if action == "reject":
                    reject_suggestion(moderator=moderator, suggestion=chosen, reason="不采纳")
                elif action == "reword" or chosen.status == Status.CONFLICT:
                    accept_suggestion(
                        moderator=moderator, suggestion=chosen, wording=current.text + "改", reason="取中"
                    )
                else:
                    accept_suggestion(moderator=moderator, suggestion=chosen)
            document.refresh_from_db()
            history.setdefault(document.version, texts(document))
        for version, text in history.items():
            assert texts(document, version) == text
        assert set(history) == set(range(1, document.version + 1))
        for pk, (text, base) in written.items():
            kept = Suggestion.objects.get(pk=pk)
            assert (kept.text, kept.base_version) == (text, base)
            decided = kept.status in ("accepted", "rejected")
            assert decided == Decision.objects.filter(opinion__suggestion=kept).exists()
            assert decided == (kept.opinion.answered_at is not None)
            if kept.status == Status.PENDING:
                assert kept.carried_version <= document.version
        transaction.set_rollback(True)
