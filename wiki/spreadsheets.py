"""Tables out and in: CSV that no spreadsheet runs as formulas, and rows of CSV or XLSX files as text."""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from wiki.errors import InvalidText

Value = str | int | float | datetime | None
FORMULA_STARTS = frozenset("=+-@\u2212")  # the minus sign is no hyphen in any normal form
CHUNK = 200
ROW_LIMIT = 5000
COLUMN_LIMIT = 50
FILE_LIMIT = 5 * 1024 * 1024  # bytes
UNPACKED_LIMIT = 100 * 1024 * 1024  # bytes: a small file may unpack to a mountain


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: one that could be is marked as text by a "'".

    Full-width signs count, and what stands behind blanks and signs that nobody sees.
    """
    if text[:1] in {"\t", "\r", "\n"}:
        return f"'{text}"
    for sign in text:
        if sign.isspace() or unicodedata.category(sign) in {"Cc", "Cf"}:
            continue
        return f"'{text}" if unicodedata.normalize("NFKC", sign)[:1] in FORMULA_STARTS else text
    return text


def csv_lines(rows: Iterable[Iterable[Value]]) -> Iterator[bytes]:
    """Yield RFC 4180 CSV in UTF-8 with the mark that Excel wants, a few hundred rows at a time; every text is quoted."""
    yield "\ufeff".encode()
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    for number, row in enumerate(rows, start=1):
        writer.writerow([_plain(value) for value in row])
        if number % CHUNK == 0:
            yield _taken(out)
    yield _taken(out)


def read_rows(name: str, content: bytes) -> list[list[str]]:
    """Return the rows of a CSV (UTF-8 or GB18030) or XLSX file as text; raises InvalidText saying what is wrong."""
    if not content.strip():
        raise _refusal("文件是空的。")
    if len(content) > FILE_LIMIT:
        raise _refusal(f"文件超过 {FILE_LIMIT // 1024 // 1024} MB，请分成几个文件。")
    rows = _sheet(content) if name.lower().endswith(".xlsx") else _text_rows(content)
    found: list[list[str]] = []
    for row in rows:
        if len(found) > ROW_LIMIT:
            raise _refusal(f"一次最多导入 {ROW_LIMIT} 行，请分成几个文件。")
        found.append(row)
    return found


def _text_rows(content: bytes) -> Iterator[list[str]]:
    if content[:2] == b"PK" or b"\x00" in content:
        raise _refusal("这不是 CSV 文件；Excel 文件请存成 .xlsx。")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            raise _refusal("读不出文字，请把文件存成 UTF-8 编码的 CSV。") from None
    try:
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            yield [cell.strip() for cell in row[:COLUMN_LIMIT]]
    except csv.Error as error:
        raise _refusal("CSV 的引号不成对，或一格太长。") from error


def _sheet(content: bytes) -> Iterator[list[str]]:
    from openpyxl import load_workbook  # slow to import, and only imports need it

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(item.file_size for item in archive.infolist()) > UNPACKED_LIMIT:
                raise _refusal("文件解开后太大，请分成几个文件。")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some programs write a size that is too small
        for row in sheet.iter_rows(values_only=True):
            yield [_cell(value) for value in row[:COLUMN_LIMIT]]
        book.close()
    except InvalidText:
        raise
    except Exception as error:  # a damaged workbook fails in the reader in many ways, KeyError among them
        raise _refusal("这不是能读的 XLSX 文件，请用 Excel 另存后再试。") from error


def _refusal(message: str) -> InvalidText:
    return InvalidText(message, fields={"file": message})


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value).strip()


def _taken(out: io.StringIO) -> bytes:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text.encode("utf-8", "replace")


def _plain(value: Value) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"
    return harmless(value) if isinstance(value, str) else value
