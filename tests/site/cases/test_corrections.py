"""What clerks decided goes out as training data that `python -m nlp train --corrections` reads."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from civic.accounts.roles import Role
from civic.cases.models import Case
from civic.cases.services import correct_code
from nlp.learning.training import corrections as read_corrections
from tests.factories import UserFactory, make_report

pytestmark = pytest.mark.django_db


def exported(tmp_path: Path) -> list[dict]:
    out = tmp_path / "corrections.jsonl"
    call_command("export_corrections", out=out)
    return [json.loads(line) for line in out.read_text("utf-8").splitlines()]


def test_the_latest_decision_of_each_case_is_exported_masked_and_trainable(tmp_path: Path) -> None:
    clerk = UserFactory(roles=[Role.CASE_CLERK])
    first, second, untouched = (
        make_report(text=text) for text in ("夜里施工，电话13812345678", "KTV太吵", "路灯")
    )
    correct_code(case_pk=first.case_id, code="06028", actor=clerk)
    correct_code(case_pk=second.case_id, code="06028", actor=clerk)
    correct_code(case_pk=first.case_id, code="08001", actor=clerk)
    rows = exported(tmp_path)
    assert [row["code"] for row in rows] == ["06028", "08001"]
    assert rows[0]["text"] == "KTV太吵"
    assert "13812345678" not in rows[1]["text"]
    assert untouched.text not in {row["text"] for row in rows}
    assert [one.code for one in read_corrections(tmp_path / "corrections.jsonl")] == ["06028", "08001"]


def test_a_withheld_case_teaches_nothing(tmp_path: Path) -> None:
    report = make_report(text="有人想不开")
    correct_code(case_pk=report.case_id, code="OUT", actor=UserFactory(roles=[Role.CASE_CLERK]))
    Case.objects.filter(pk=report.case_id).update(withheld=True)
    assert exported(tmp_path) == []
