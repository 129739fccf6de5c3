"""Steps: skipped when nothing changed, run again after a failure, and told with their last lines."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from civic.core.launch import steps
from civic.core.launch.console import Console
from civic.core.launch.steps import StepError, counting, digest, execute, once


@pytest.fixture
def console() -> Console:
    return Console()


def test_a_step_runs_once_for_a_key(tmp_path, console):
    runs = []
    stamp, result = tmp_path / "stamps" / "x", tmp_path / "result"

    def action(note):
        runs.append(1)
        result.touch()

    assert once(console, "某步", stamp=stamp, key="a", action=action, result=result)
    assert not once(console, "某步", stamp=stamp, key="a", action=action, result=result)
    assert once(console, "某步", stamp=stamp, key="b", action=action, result=result)
    result.unlink()
    assert once(console, "某步", stamp=stamp, key="b", action=action, result=result)
    assert len(runs) == 3


def test_a_step_that_failed_runs_again(tmp_path, console):
    stamp = tmp_path / "x"
    once(console, "某步", stamp=stamp, key="old", action=lambda note: None)

    def fail(note):
        raise StepError("坏了")

    with pytest.raises(StepError):
        once(console, "某步", stamp=stamp, key="new", action=fail)
    assert once(console, "某步", stamp=stamp, key="old", action=lambda note: None)


def test_two_starts_do_a_step_once(tmp_path, console):
    stamp = tmp_path / "x"
    runs, begun, go_on = [], threading.Event(), threading.Event()

    def slow(note):
        runs.append(1)
        begun.set()
        go_on.wait(30)

    def start():
        return once(console, "某步", stamp=stamp, key="a", action=slow)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(start)
        assert begun.wait(30)
        second = pool.submit(start)
        go_on.set()
        assert first.result(30)
        assert not second.result(30)
    assert len(runs) == 1


def test_a_hash_sees_contents_and_names_but_no_caches(tmp_path):
    folder = tmp_path / "data"
    (folder / "__pycache__").mkdir(parents=True)
    (folder / "a.yml").write_text("1")
    before = digest(tmp_path, folder, "text")
    (folder / "__pycache__" / "a.pyc").write_text("x")
    assert digest(tmp_path, folder, "text") == before
    (folder / "a.yml").rename(folder / "b.yml")
    renamed = digest(tmp_path, folder, "text")
    (folder / "b.yml").write_text("2")
    assert len({before, renamed, digest(tmp_path, folder, "text"), digest(tmp_path, folder, "other")}) == 4


def run_python(code: str, tmp_path, notes: list[str]) -> None:
    execute(
        [sys.executable, "-c", code],
        log=tmp_path / "x.log",
        note=notes.append,
        environment={},
        directory=tmp_path,
    )


def test_progress_bars_become_notes(tmp_path):
    notes: list[str] = []
    run_python(r"print('10%\r20%\r完成', end='\n')", tmp_path, notes)
    assert notes == ["10%", "20%", "完成"]
    assert "完成" in (tmp_path / "x.log").read_text()


def test_what_tools_say_in_english_stays_in_the_log(tmp_path):
    notes: list[str] = []
    run_python("print('Applying wagtail.0001... OK'); print('导入 3 个菜市场')", tmp_path, notes)
    assert notes == ["导入 3 个菜市场"]
    assert "Applying" in (tmp_path / "x.log").read_text()


def test_lines_are_counted_for_a_person():
    read = counting("Applying", "已执行 {n} 步迁移")
    assert [read(line) for line in ("Operations to perform:", "Applying a... OK", "Applying b... OK")] == [
        "",
        "已执行 1 步迁移",
        "已执行 2 步迁移",
    ]


def test_a_failing_command_says_its_last_words_and_its_log(tmp_path):
    with pytest.raises(StepError) as caught:
        run_python("import sys; print('为什么'); sys.exit(3)", tmp_path, [])
    assert "为什么" in str(caught.value)
    assert "退出码 3" in str(caught.value)
    assert str(tmp_path / "x.log") in str(caught.value)


def test_nothing_starts_once_the_end_has_begun(tmp_path, monkeypatch):
    monkeypatch.setattr(steps, "_ending", steps.threading.Event())
    steps.end_all()
    with pytest.raises(StepError):
        run_python("open('made', 'w')", tmp_path, [])
    assert not (tmp_path / "made").exists()
