"""Whether words can be a clause's: the same refusals for editors, suggestions and moderators' wordings."""

from wiki.errors import InvalidText
from wiki.kinds import ROWS, Kind
from wiki.text.cleaning import CLAUSE_LIMIT, clean
from wiki.text.tables import split_cells

LABEL_LIMIT = 40


def check_words(text: str) -> str:
    """Return a clause's words fit to store; raises InvalidText."""
    text = clean(text, name="文字", limit=CLAUSE_LIMIT, field="text")
    if not text:
        raise InvalidText("文字不能是空的。", fields={"text": "请写出文字。"})
    return text


def check_row(kind: str, text: str, like: str) -> None:
    """Refuse words that a clause of this kind cannot have: a table is changed by rows, a row keeps its cells."""
    if kind == Kind.TABLE:
        raise InvalidText("表格请逐行修改。", fields={"text": "请选择表格里的一行。"})
    if kind in ROWS:
        before, after = len(split_cells(like)), len(split_cells(text))
        if before != after:
            message = f"这一行有 {before} 格，改后是 {after} 格；格与格之间用“ | ”隔开。"
            raise InvalidText(message, fields={"text": message})


def check_label(label: str) -> str:
    """Return a clause's label on one line; raises InvalidText."""
    return " ".join(clean(label, name="序号", limit=LABEL_LIMIT, field="label").split())
