"""python -m nlp: lines in, JSON lines out; measuring without data says why not."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from nlp.__main__ import lines_as_json, main

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"topic7", "matter", "request", "urgent", "sentiment", "places", "times", "keywords", "redacted"}


def test_lines_keep_their_order_and_kind():
    lines = [
        "路灯不亮\n",
        '{"id": 7, "text": "公积金怎么提取"}\n',
        '"垃圾没人清"\n',
        "{不是JSON\n",
        "\n",
        '{"text": 5}',
    ]
    results = [json.loads(line) for line in lines_as_json(lines)]
    assert len(results) == len(lines)
    assert all(result.keys() >= KEYS for result in results)
    assert [result["matter"]["code"] for result in results[:3]] == ["01037", "OUT", "06010"]
    assert results[3]["redacted"] == "{不是JSON"
    candidate = results[0]["matter"]["candidates"][0]
    assert candidate.keys() == {"code", "confidence"}
    assert results[0]["topic7"].keys() == {"label", "confidence"}
    assert results[0]["sentiment"].keys() == {"label", "score"}


def test_the_command_reads_and_writes_utf8_whatever_the_locale():
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "nlp", "analyze"],
        input="路灯不亮\n坏字节\udcff\n".encode("utf-8", "surrogateescape"),
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )
    assert result.returncode == 0, result.stderr.decode()
    assert len(result.stdout.decode("utf-8").splitlines()) == 2


def test_evaluate_says_why_it_measures_nothing(tmp_path, capsys):
    assert main(["evaluate", "--data", str(tmp_path)]) == 0
    assert "skipped" in capsys.readouterr().out


def test_evaluate_measures_what_is_there(tmp_path, capsys):
    (tmp_path / "labelled_rows.csv").write_text(
        "id,subject,time,detail,label\n1,路灯不亮,,晚上很黑,城乡建设\n2,公积金,,怎么提取,劳动\n", "utf-8"
    )
    labels = [
        {"id": "A2-1", "matter": "01037", "alt": None, "request": "投诉", "urgent": 0},
        {"id": "A2-2", "matter": "OUT", "alt": None, "request": "咨询", "urgent": 0},
        {"id": "A2-3", "matter": "OUT", "alt": None, "request": "咨询", "urgent": 0},
    ]
    (tmp_path / "matter_labels.jsonl").write_text("\n".join(map(json.dumps, labels)), "utf-8")
    assert main(["evaluate", "--data", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "2 messages" in out
    assert "matter: all, top 1: 1.000" in out


def test_training_without_the_open_data_says_what_is_missing(tmp_path, capsys, monkeypatch):
    from nlp.learning import messages, training_sentiment

    monkeypatch.setattr(messages.rows, "__defaults__", (tmp_path / "absent",))
    monkeypatch.setattr(training_sentiment, "SENTIMENT", tmp_path / "absent")
    names = ["request", "urgency", "topic", "sentiment"]
    asked = [word for name in names for word in ("--only", name)]
    assert main(["train", "--data", str(tmp_path), "--out", str(tmp_path / "models"), *asked]) == 0
    assert capsys.readouterr().out.count("skipped: it needs messages that are not here") == len(names)
    assert not (tmp_path / "models").exists()


def test_no_line_stops_the_stream():
    deep = '{"text": "电梯坏了", "x": ' + "[" * 5000 + "]" * 5000 + "}"
    odd: list[tuple[int, str]] = []
    lines = [
        "路灯坏了",
        deep,
        '\ufeff{"text": "燃气泄漏了快来"}',
        '{"text": 5}',
        '{"txt": "a"}',
        "\ufffd\ufffd",
    ]
    found = [json.loads(line) for line in lines_as_json(lines, warn=lambda *told: odd.append(told))]
    assert len(found) == len(lines)
    assert found[2]["urgent"]
    assert found[2]["redacted"] == "燃气泄漏了快来"
    assert [number for number, _ in odd] == [4, 5, 6]


def test_times_are_resolved_against_a_given_clock():
    lines = list(lines_as_json(["昨天下午三点"], now=datetime.fromisoformat("2026-05-02T08:00")))
    assert json.loads(lines[0])["times"][0]["start"] == "2026-05-01T15:00"
