"""Rows of files that people send for import: CSV, JSON Lines (UTF-8 or GB 18030) or XLSX; each bad row is named."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from civic.core.errors import InvalidInput
from civic.core.spreadsheets import read_sheet

Row = dict[str, str]
UTF16 = {b"\xff\xfe", b"\xfe\xff"}
HEAD = 16_384  # bytes that tell a table from another kind of file
CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1a\x1b")
LINE_LIMIT = 200_000  # characters; a longer line is not a row


class Line(NamedTuple):
    """One row of a file and the line it starts on, or the Chinese sentence that says why it cannot be read."""

    number: int
    row: Row | None
    problem: str = ""


class Table(NamedTuple):
    """An opened file: how many lines it has (for a progress bar) and its rows."""

    lines: int
    rows: Iterator[Line]


def open_table(path: Path) -> Table:
    """Open a .csv, .jsonl, .ndjson or .xlsx file; raises InvalidInput when it cannot be read at all."""
    if path.suffix.lower() == ".xlsx":
        count, cells = read_sheet(path)
        return Table(count, _sheet_rows(cells))
    readers: dict[str, Callable[[Path, str], Iterator[Line]]] = {
        ".csv": _csv_rows,
        ".jsonl": _json_rows,
        ".ndjson": _json_rows,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InvalidInput(f"只能读取 .csv、.xlsx、.jsonl 文件：{path.name}")
    try:
        encoding, lines = _survey(path)
    except OSError as error:
        raise InvalidInput(f"打不开文件 {path}：{error.strerror}") from error
    return Table(lines, reader(path, encoding))


def headings_of(path: Path) -> list[str]:
    """Return the columns of a file, in order, as its rows name them; raises InvalidInput when there are none."""
    if path.suffix.lower() in {".csv", ".xlsx"}:
        if _starts_with_one_of(path, UTF16):
            raise InvalidInput(f"{path.name} 是 UTF-16 编码，请另存为 UTF-8 的 CSV 或 XLSX")
        if path.suffix.lower() == ".csv" and _is_binary(path):
            raise InvalidInput(
                f"{path.name} 不是文本表格，像是别的文件改了后缀；请用表格软件另存为 UTF-8 的 CSV 或 XLSX"
            )
        cells = _csv_cells(path, _survey(path)[0]) if path.suffix.lower() == ".csv" else read_sheet(path)[1]
        for row in cells:
            if any(cell.strip() for cell in row):
                return [cell.strip().lower() for cell in row]
    else:
        for line in open_table(path).rows:
            if line.row is not None:
                return list(line.row)
    raise InvalidInput(f"{path.name} 里没有表头")


def _starts_with_one_of(path: Path, marks: set[bytes]) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(2) in marks
    except OSError as error:
        raise InvalidInput(f"打不开文件 {path}：{error.strerror}") from error


def _is_binary(path: Path) -> bool:
    """Whether a file begins like a picture, an archive or an old workbook: text has no control characters to speak of.

    A stray one in a cell is a matter of its row. GB 18030 and UTF-8 use none of them in their longer characters.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    controls = sum(head.count(byte) for byte in CONTROLS)
    return controls > 3 and controls * 50 > len(head)


def _csv_cells(path: Path, encoding: str) -> Iterator[list[str]]:
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
        try:
            yield from csv.reader(file)
        except csv.Error as error:
            raise InvalidInput(f"{path.name} 不是合格的 CSV：{error}") from error


def _sheet_rows(cells: Iterator[list[str]]) -> Iterator[Line]:
    header: list[str] | None = None
    number = 0
    try:
        for number, row in enumerate(cells, start=1):
            if not any(row):
                continue
            if header is None:
                header = [cell.lower() for cell in row]
                continue
            if any(row[len(header) :]):
                yield Line(number, None, f"有 {len(row)} 列，表头只有 {len(header)} 列")
            else:
                yield Line(number, dict(zip(header, row, strict=False)))
    except Exception:  # the reader unpacks as it goes: what is broken inside shows here
        yield Line(number + 1, None, "从这一行起读不出来，文件可能已损坏")


def _survey(path: Path) -> tuple[str, int]:
    """Return the encoding that most lines are in and the number of lines.

    Counted by lines, not tried on the whole: one broken byte must not turn a UTF-8 file into GB 18030 nonsense.
    """
    utf8 = other = lines = 0
    with path.open("rb") as file:
        for line in file:
            lines += 1
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                utf8 += 1
            except UnicodeDecodeError:
                other += 1
    return ("utf-8-sig" if utf8 >= other else "gb18030"), lines


def _problem(row: Row) -> str:
    if any("\udc80" <= char <= "\udcff" for value in row.values() for char in value):
        return "含有无法识别的字符，请检查文件编码"
    return ""


def _csv_rows(path: Path, encoding: str) -> Iterator[Line]:
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
        # Strict: a quotation mark without its pair would take the following rows into its own.
        reader = csv.reader(file, strict=True)
        header: list[str] | None = None
        while True:
            number = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                rest = f"，第 {number} 到 {reader.line_num} 行没有读" if reader.line_num > number else ""
                yield Line(number, None, f"引号没有成对，或不是合格的 CSV（{error}）{rest}")
                continue
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = [cell.strip().lower() for cell in cells]
            elif len(cells) > len(header):
                yield Line(number, None, f"有 {len(cells)} 列，表头只有 {len(header)} 列")
            else:
                row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
                problem = _problem(row)
                yield Line(number, None if problem else row, problem)


def _json_rows(path: Path, encoding: str) -> Iterator[Line]:
    with path.open(encoding=encoding, errors="surrogateescape") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            if len(line) > LINE_LIMIT:
                yield Line(number, None, "这一行太长")
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                yield Line(number, None, "不是合格的 JSON")
                continue
            if not isinstance(value, dict):
                yield Line(number, None, "应是一个 JSON 对象")
                continue
            row = {str(key).strip().lower(): _text(cell) for key, cell in value.items()}
            problem = _problem(row)
            yield Line(number, None if problem else row, problem)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
