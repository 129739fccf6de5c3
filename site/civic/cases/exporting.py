"""The queue as a table: one row a case, written as it is read, with nothing that a spreadsheet would run."""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

import nlp
from civic.cases.matters import matter_name
from civic.cases.models import Case, Report
from civic.cases.querysets import CaseQuerySet
from wiki.spreadsheets import Value

CHUNK = 500
LIMITS = {"csv": 100_000, "xlsx": 10_000}  # rows: a workbook is built before it is sent
HEADINGS = (
    "编号", "渠道", "对方编号", "收到时间", "原文", "地址", "区", "街道", "经度", "纬度", "事项代码", "事项",
    "待人工确认", "诉求类型", "紧急", "步骤", "结果", "承办部门", "本步骤期限", "已超期", "督办时间", "催办次数",
    "同感人数", "重开次数", "诉求条数", "结案时间",
)  # fmt: skip
CONTACT_HEADINGS = ("称呼", "电话", "邮箱")


def table(cases: CaseQuerySet, *, now: datetime, with_contact: bool) -> Iterator[list[Value]]:
    """Yield the headings and a row for each case, in chunks of constant size.

    Without the columns of contact the words are masked too: what people write holds telephone numbers.
    """
    yield [*HEADINGS, *(CONTACT_HEADINGS if with_contact else ())]
    for case in cases.with_words().iterator(chunk_size=CHUNK):
        reports: list[Report] = list(case.reports.all())
        if reports:
            yield _row(case, reports, now, with_contact)


def _row(case: Case, reports: list[Report], now: datetime, with_contact: bool) -> list[Value]:
    first = reports[0]
    row: list[Value] = [
        first.number,
        str(first.get_channel_display()),
        first.source_ref,
        case.received_at,
        first.text if with_contact else nlp.redact(first.text),
        first.address if with_contact else nlp.redact(first.address),
        case.district.name if case.district else "",
        case.street,
        case.lon,
        case.lat,
        case.matter_code,
        matter_name(case.matter_code) if case.matter_code else "",
        "" if case.code_known else "是",
        str(case.get_request_type_display()),
        "是" if case.urgent else "",
        str(case.get_step_display()),
        str(case.get_outcome_display()),
        case.department.name if case.department else "",
        case.due_at,
        "是" if case.due_at is not None and case.due_at < now else "",
        case.supervised_at,
        case.urged,
        case.supports,
        case.reopened,
        len(reports),
        case.closed_at,
    ]
    if with_contact:
        row += [first.contact_name, first.contact_phone, first.contact_email]
    return row


def workbook(rows: Iterator[list[Value]]) -> IO[bytes]:
    """Return a workbook in a temporary file, written row by row; each text is a text, never a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("案件")
    sheet.freeze_panes = "B2"
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    book.save(file)
    file.seek(0)
    return file


def _cell(sheet: Any, value: Value) -> Any:
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, timezone.localtime(value).replace(tzinfo=None))
        cell.number_format = "yyyy-mm-dd hh:mm"
        return cell
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type = "s"  # openpyxl would take "=…" for a formula
        return cell
    return value
