"""Rows of an XLSX workbook as text, read row by row; what a workbook could do to its reader is refused."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from civic.core.errors import InvalidInput

UNPACKED_LIMIT = 512 * 1024 * 1024  # bytes: a small file may unpack to a mountain
COLUMN_LIMIT = 200


def read_sheet(path: Path) -> tuple[int, Iterator[list[str]]]:
    """Return how many rows the first sheet says it has, and its rows; raises InvalidInput for no workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(item.file_size for item in archive.infolist()) > UNPACKED_LIMIT:
                raise InvalidInput(f"{path.name} 解开后太大，请分成几个文件")
        book = load_workbook(path, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = sheet.max_row or 0
        sheet.reset_dimensions()  # some programs write a size that is too small
    except OSError as error:
        raise InvalidInput(f"打不开文件 {path}：{error.strerror or '读不出来'}") from error
    except InvalidInput:
        raise
    except Exception as error:  # a damaged workbook fails in the reader in many ways, KeyError among them
        raise InvalidInput(f"{path.name} 不是能读的 XLSX 文件，请用 Excel 另存后再试") from error
    return rows, _rows(book, sheet)


def _rows(book: Any, sheet: Any) -> Iterator[list[str]]:
    try:
        for row in sheet.iter_rows(values_only=True):
            yield [_text(value) for value in row[:COLUMN_LIMIT]]
    finally:
        book.close()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value).strip()
