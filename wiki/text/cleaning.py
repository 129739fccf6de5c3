"""What a text must be before it is stored: NFC, printable, of bounded length. Pure; escaping is the templates'."""

import re
import unicodedata

from wiki.errors import InvalidText

CLAUSE_LIMIT = 8000
REASON_LIMIT = 1000
REASON_MINIMUM = 2
LINES_LIMIT = 60
MARKS_IN_A_ROW = 6

# Directional overrides can make a text read otherwise than it is stored.
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Invisible and harmless: dropped without a word, because word processors leave them everywhere.
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
SPACES = {
    ord("\t"): " ",
    ord("\u00a0"): " ",
    ord("\u2028"): "\n",
    ord("\u2029"): "\n",
    ord("\x0b"): "\n",
    ord("\x0c"): "\n",
}


def is_forbidden(char: str) -> bool:
    """Return whether a character can never be part of a text: control, override, unassigned or half a pair."""
    if char == "\n":
        return False
    return char in BIDI or unicodedata.category(char) in {"Cc", "Cs", "Co", "Cn"}


def tidy(text: str) -> str:
    """Return the text in NFC, with plain spaces and line ends, without invisible characters or outer blanks."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(SPACES).translate(INVISIBLE)
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"[ \u3000]+\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def strip_forbidden(text: str) -> tuple[str, int]:
    """Return the text without forbidden characters, and how many there were; for files, which cannot be asked."""
    kept = [char for char in text if not is_forbidden(char)]
    return "".join(kept), len(text) - len(kept)


def clean(text: str, *, name: str, limit: int, field: str) -> str:
    """Return a person's text ready to store.

    `name` is what the field is called in the Chinese sentence of the InvalidText that is raised where the text
    is too long, has too many lines, or holds characters nobody can see or type.
    """

    def refuse(message: str) -> InvalidText:
        return InvalidText(message, fields={field: message})

    if len(text) > 4 * limit:  # do not spend time on what is refused anyway
        raise refuse(f"{name}太长：最多 {limit} 个字，现在有 {len(text)} 个字。")
    text = tidy(text)
    for position, char in enumerate(text, start=1):
        if is_forbidden(char):
            raise refuse(
                f"{name}的第 {position} 个字是无法显示的特殊字符（U+{ord(char):04X}），请删去后再提交。"
            )
    if len(text) > limit:
        raise refuse(f"{name}太长：最多 {limit} 个字，现在有 {len(text)} 个字。")
    if text.count("\n") >= LINES_LIMIT:
        raise refuse(f"{name}分行太多：最多 {LINES_LIMIT} 行。")
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run > MARKS_IN_A_ROW:
            raise refuse(f"{name}里叠加了过多的组合符号，请删去后再提交。")
    return text
