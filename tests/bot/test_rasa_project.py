"""The Rasa project's files agree with the actions, the training sentences and each other; no Rasa is needed to see it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from rasa_sdk.executor import ActionExecutor

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "bot/rasa"
DOMAIN: dict[str, Any] = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
RULES: list[dict[str, Any]] = yaml.safe_load((PROJECT / "data/rules.yml").read_text(encoding="utf-8"))[
    "rules"
]
INTENTS = {each if isinstance(each, str) else next(iter(each)) for each in DOMAIN["intents"]}
FORMS = set(DOMAIN["forms"])


@pytest.fixture(scope="module")
def actions() -> set[str]:
    executor = ActionExecutor()
    executor.register_package("bot.actions")
    return {name for name in executor.actions if name}


def test_the_domain_names_exactly_the_actions_there_are(actions: set[str]) -> None:
    assert set(DOMAIN["actions"]) == actions


def test_every_step_of_every_rule_exists(actions: set[str]) -> None:
    known = actions | set(DOMAIN["responses"]) | FORMS
    for rule in RULES:
        for step in rule["steps"]:
            assert step.get("action", next(iter(known))) in known, rule["rule"]
            assert step.get("intent", "greet") in {*INTENTS, "nlu_fallback"}, rule["rule"]


@pytest.mark.parametrize("intent", sorted({*INTENTS, "nlu_fallback"}))
def test_every_intent_is_answered_outside_the_forms(intent: str) -> None:
    assert [rule for rule in RULES if rule["steps"][0] == {"intent": intent} and "condition" not in rule]


@pytest.mark.parametrize("form", sorted(FORMS))
@pytest.mark.parametrize("intent", sorted({*INTENTS, "nlu_fallback"} - {"inform_location", "resume_report"}))
def test_every_intent_is_answered_inside_each_form(form: str, intent: str) -> None:
    inside = {"active_loop": form}
    found = [r for r in RULES if r["steps"][0] == {"intent": intent} and inside in r.get("condition", [])]
    # Asking for a market again is an answer to the market form itself.
    assert found or (form, intent) == ("market_form", "find_market")


def test_the_training_sentences_name_known_intents_and_teach_each() -> None:
    taught = set()
    for path in (ROOT / "content/intents").glob("*.yml"):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            if "intent" in block:
                taught.add(block["intent"])
    assert taught == INTENTS - {"inform_location", "resume_report"}


def test_the_lock_pins_everything_it_names() -> None:
    lines = (PROJECT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all("==" in line for line in pins)
    assert any(line.startswith("rasa[jieba]==3.6.21") for line in pins)


def test_the_action_server_listens_on_the_loopback_address_only(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: dict[str, Any] = {}
    app = SimpleNamespace(run=lambda **values: ran.update(values))
    monkeypatch.setattr("bot.actions.server.build_app", lambda: app)
    monkeypatch.setattr("bot.turns.warm_up", lambda: None)
    call_command("run_actions", "--port", "5999", stdout=SimpleNamespace(write=lambda text: None))
    assert (ran["host"], ran["port"], ran["single_process"]) == ("127.0.0.1", 5999, True)
