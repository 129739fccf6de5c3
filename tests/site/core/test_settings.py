"""A wrong environment ends the program with a Chinese sentence, not with a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from civic.settings import environment as env
from civic.settings.databases import postgresql

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("read", "raw", "part"),
    [
        (lambda: env.integer("TEST_VARIABLE", 1, meaning="x"), "many", "整数"),
        (lambda: env.number("TEST_VARIABLE", 1.0, meaning="x"), "1,5", "数字"),
        (lambda: env.rate("TEST_VARIABLE", "1/min", meaning="x"), "20 per minute", "频率"),
        (lambda: env.rate("TEST_VARIABLE", "1/min", meaning="x"), "0/min", "频率"),
        (lambda: env.choice("TEST_VARIABLE", "a", ("a", "b"), meaning="x"), "c", "a、b"),
        (lambda: env.pairs("TEST_VARIABLE", meaning="x"), "key-without-account", "键:值"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(
    monkeypatch: pytest.MonkeyPatch, read, raw: str, part: str
) -> None:
    monkeypatch.setenv("TEST_VARIABLE", raw)
    with pytest.raises(SystemExit) as stop:
        read()
    assert "TEST_VARIABLE" in str(stop.value)
    assert part in str(stop.value)


def test_a_wrong_list_of_keys_is_not_repeated_on_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_VARIABLE", "secret-key")
    with pytest.raises(SystemExit) as stop:
        env.pairs("TEST_VARIABLE", meaning="x")
    assert "secret-key" not in str(stop.value)


def test_values_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_VARIABLE", " a:1 , b:2 ,")
    assert env.pairs("TEST_VARIABLE", meaning="x") == {"a": "1", "b": "2"}
    assert env.items("TEST_VARIABLE", meaning="x") == ["a:1", "b:2"]
    monkeypatch.setenv("TEST_VARIABLE", "Yes")
    assert env.flag("TEST_VARIABLE", False, meaning="x") is True
    monkeypatch.delenv("TEST_VARIABLE")
    assert env.pairs("TEST_VARIABLE", meaning="x") == {}
    assert env.integer("TEST_VARIABLE", 7, meaning="x") == 7
    assert env.rate("TEST_VARIABLE", "20/min", meaning="x") == "20/min"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://a:b@c/d",
        "postgresql://",
        "postgresql://a:b@host:port/name",
        "postgresql://a:b@[::1/name",
        "nonsense",
    ],
)
def test_a_wrong_database_address_says_what_it_should_look_like(url: str) -> None:
    with pytest.raises(SystemExit, match="postgresql://"):
        postgresql(url)


def test_a_database_address_is_taken_apart() -> None:
    database = postgresql("postgresql://us%40er:p%2Fw@db.example:5433/beijing")
    assert (database["USER"], database["PASSWORD"]) == ("us@er", "p/w")
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example", "5433", "beijing")


def start(settings: str, tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    environment |= {"VAR_DIR": str(tmp_path), "PYTHONUTF8": "1", **variables}
    code = f"import sys; sys.path.insert(0, 'site'); import civic.settings.{settings} as s; print(s.DEMO, bool(s.SECRET_KEY))"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_production_does_not_start_without_a_key(tmp_path: Path) -> None:
    result = start("production", tmp_path)
    assert result.returncode == 1
    assert result.stderr.strip() == "生产环境必须设置 SECRET_KEY"


def test_production_knows_no_demo(tmp_path: Path) -> None:
    result = start("production", tmp_path, SECRET_KEY="k" * 50, DEMO="1")
    assert result.stdout.split() == ["False", "True"]


def test_a_wrong_number_ends_the_start_in_one_sentence(tmp_path: Path) -> None:
    result = start("local", tmp_path, BODY_LIMIT_BYTES="25MB")
    assert result.returncode == 1
    assert result.stderr.strip() == "环境变量 BODY_LIMIT_BYTES 应为整数，现在是 '25MB'"


def test_the_local_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    start("local", tmp_path)
    key = tmp_path / "keys" / "secret_key"
    first = key.read_text()
    assert len(first) >= 50
    assert key.stat().st_mode & 0o077 == 0
    start("local", tmp_path)
    assert key.read_text() == first
