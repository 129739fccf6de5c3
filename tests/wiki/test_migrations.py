"""The ledger's lines and the decisions on them survive the way back to the older models and forth again."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILL = """
from django.contrib.auth import get_user_model
from wiki.kinds import Kind
from wiki.models import Suggestion
from wiki.parsing import Node
from wiki.services import accept_suggestion, change_stage, create_document, reject_suggestion, submit_suggestion
from wiki.workflow import StageAction
User = get_user_model()
citizen, moderator = User.objects.create_user("c"), User.objects.create_superuser("m", password="x")
document = create_document(actor=None, slug="a", title="办法", nodes=[Node(Kind.ARTICLE, "第一条", "二十一点前收摊。")])
document = change_stage(actor=None, document=document, action=StageAction.OPEN, without_end=True)
made = [
    submit_suggestion(author=citizen, clause=document.clauses.get(), text=text, reason="太早了", base_version=1)
    for text in ("二十二点前收摊。", "二十点前收摊。", "十九点前收摊。")
]
accept_suggestion(moderator=moderator, suggestion=made[0])
reject_suggestion(moderator=moderator, suggestion=made[1], reason="已有规定。")
"""
READ = """
import json
from wiki.models import Opinion
rows = Opinion.objects.order_by("suggestion").values_list(
    "suggestion", "document", "clause", "author", "submitted_at", "answered_at", "decision__outcome", "decision__reason"
)
print("ROWS" + json.dumps(list(rows), default=str))
"""


def manage(folder: Path, *arguments: str, code: str = "") -> str:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "civic.settings.local"}
    command = [sys.executable, str(ROOT / "site" / "manage.py"), *arguments]
    done = subprocess.run(
        command, input=code, capture_output=True, text=True, env=environment, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def lines(folder: Path) -> list[list[object]]:
    said = manage(folder, "shell", "-v0", "-c", READ)
    return json.loads(next(line[4:] for line in said.splitlines() if line.startswith("ROWS")))


@pytest.mark.slow
def test_decisions_move_to_the_ledger_and_back(tmp_path: Path) -> None:
    manage(tmp_path, "migrate", "-v0")
    manage(tmp_path, "shell", "-v0", "-c", FILL)
    before = lines(tmp_path)
    assert [row[6] for row in before] == ["adopted", "rejected", None]
    manage(tmp_path, "migrate", "wiki", "0002", "-v0")
    manage(tmp_path, "migrate", "wiki", "-v0")
    assert lines(tmp_path) == before
