"""Reads a file's bytes: chooses the parser by the name's ending, decodes, refuses what is too big or not what it says."""

from pathlib import PurePath

from wiki.parsing.doubts import mark_doubts
from wiki.parsing.exported import parse_json
from wiki.parsing.markdown import parse_markdown
from wiki.parsing.plain import parse_plain
from wiki.parsing.tree import Parsed

SIZE_LIMIT = 20 * 1024 * 1024
CLAUSES_LIMIT = 20_000
SUFFIXES = (".docx", ".md", ".markdown", ".txt", ".html", ".htm", ".json")


class FileError(Exception):
    """A file cannot be read at all; the message is a Chinese sentence."""


def parse_file(name: str, content: bytes) -> Parsed:
    """Return the clause tree of a docx, Markdown, plain text, HTML or exported JSON file; raises FileError."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise FileError(f"不认识的文件类型“{suffix or name}”，可以导入 docx、md、txt 和 html。")
    if len(content) > SIZE_LIMIT:
        raise FileError(f"文件有 {len(content) / 1048576:.1f} MB，最大 {SIZE_LIMIT // 1048576} MB。")
    if suffix == ".docx":
        from wiki.parsing.docx import parse_docx

        parsed = parse_docx(content)
    elif suffix == ".txt":
        parsed = parse_plain(decode(content))
    elif suffix in (".html", ".htm"):
        from wiki.parsing.html import parse_html

        parsed = parse_html(decode(content))
    elif suffix == ".json":
        parsed = parse_json(decode(content))
    else:
        parsed = parse_markdown(decode(content))
    return check_parsed(parsed)


def parse_pasted(text: str, html: str = "") -> Parsed:
    """Return the clause tree of what somebody pasted: HTML where the clipboard had it or the words are its source."""
    from wiki.parsing.html import looks_like_html, parse_html

    for source in (text, html):
        if len(source.encode(errors="surrogatepass")) > SIZE_LIMIT:
            raise FileError(f"粘贴的内容太长，最大 {SIZE_LIMIT // 1048576} MB。")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    if html.strip():
        parsed = parse_html(html)
        if parsed.nodes:
            return check_parsed(parsed)
    return check_parsed(parse_html(text) if looks_like_html(text) else parse_plain(text))


def check_parsed(parsed: Parsed) -> Parsed:
    """Return a parsed file with its doubts marked; raises FileError where it is empty or too long."""
    if not parsed.nodes:
        raise FileError("文件里没有正文。")
    if sum(1 for _ in parsed.walk()) > CLAUSES_LIMIT:
        raise FileError(f"文件超过 {CLAUSES_LIMIT} 个条款，请分成几份。")
    mark_doubts(parsed.nodes, parsed.title)
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
