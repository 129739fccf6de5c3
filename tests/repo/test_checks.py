"""./test's own bookkeeping: counting a report and the closing table."""

import pytest

from civic.core.launch.checks import Outcome, count, summary

REPORT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" time="1.0"></testsuite></testsuites>
"""


def test_a_report_is_counted(tmp_path):
    path = tmp_path / "unit.xml"
    path.write_text(REPORT)
    assert count(path) == {"passed": 4, "failed": 3, "skipped": 3}
    assert count(tmp_path / "absent.xml") == {}


@pytest.mark.parametrize(
    ("outcomes", "closing"),
    [
        (
            [Outcome("单元", counts={"passed": 4, "failed": 0, "skipped": 1})],
            "4 passed, 0 failed, 1 skipped in 1:05",
        ),
        (
            [Outcome("单元", ok=False, counts={"passed": 4, "failed": 2})],
            "4 passed, 2 failed, 0 skipped in 1:05",
        ),
        ([Outcome("类型", ok=False), Outcome("规范")], "0 passed, 1 failed, 0 skipped in 1:05"),
        (
            [Outcome("单元", ok=False, counts={"passed": 4, "failed": 0})],
            "4 passed, 1 failed, 0 skipped in 1:05",
        ),
        ([Outcome("浏览器", skipped="没有 Chromium")], "0 passed, 0 failed, 0 skipped in 1:05"),
    ],
)
def test_the_last_line_counts_tests_and_failed_stages(outcomes, closing):
    assert summary(outcomes, 65.4).splitlines()[-1] == closing


def test_a_skipped_stage_says_why():
    assert "跳过：没有 Chromium" in summary([Outcome("浏览器", skipped="没有 Chromium")], 1)
