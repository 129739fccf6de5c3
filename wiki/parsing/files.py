"""Reads a file's bytes: chooses the parser by the name's ending, decodes, refuses what is too big or not what it says."""

from pathlib import PurePath

from wiki.parsing.markdown import parse_markdown
from wiki.parsing.plain import parse_plain
from wiki.parsing.tree import Parsed

SIZE_LIMIT = 20 * 1024 * 1024
CLAUSES_LIMIT = 20_000
SUFFIXES = (".docx", ".md", ".markdown", ".txt")


class FileError(Exception):
    """A file cannot be read at all; the message is a Chinese sentence."""


def parse_file(name: str, content: bytes) -> Parsed:
    """Return the clause tree of a docx, Markdown or plain text file; raises FileError."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise FileError(f"不认识的文件类型“{suffix or name}”，可以导入 docx、md 和 txt。")
    if len(content) > SIZE_LIMIT:
        raise FileError(f"文件有 {len(content) / 1048576:.1f} MB，最大 {SIZE_LIMIT // 1048576} MB。")
    if suffix == ".docx":
        from wiki.parsing.docx import parse_docx

        parsed = parse_docx(content)
    elif suffix == ".txt":
        parsed = parse_plain(decode(content))
    else:
        parsed = parse_markdown(decode(content))
    if not parsed.nodes:
        raise FileError("文件里没有正文。")
    if sum(1 for _ in parsed.walk()) > CLAUSES_LIMIT:
        raise FileError(f"文件超过 {CLAUSES_LIMIT} 个条款，请分成几份。")
    return parsed


def decode(content: bytes) -> str:
    """Return the text of UTF-8, UTF-16 (with its mark) or GB 18030 bytes, with plain line ends; raises FileError."""
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = content.decode("utf-16")
        else:
            text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError as error:
            raise FileError(
                f"文件编码无法识别：第 {error.start + 1} 个字节处出错，请另存为 UTF-8。"
            ) from error
    if text.count("\x00") > 0:
        raise FileError("这不是文本文件。")
    return text.replace("\r\n", "\n").replace("\r", "\n")
