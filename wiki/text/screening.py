"""Whether a citizen's words are held back until a person has looked: spam and abuse, by rules that can be shown. Pure.

Only what somebody adds is judged: a clause on forged stamps names them itself. Words in quotation marks are spoken of,
not said. The word lists are the operator's (content/lexicons); there is none of opinions, and criticism is no rule.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from nlp.normalization import fold
from nlp.substance import has_substance
from nlp.wordlists import ABUSE, ADVERTISING, find
from wiki.text.diff import diff_spans

LINKS = 3
CONTACTS = 2
ADVERTS = 3
SAME_AGAIN = 2  # earlier rows of one person that say the same elsewhere
FLOOD = 5  # other new accounts that say the same of the same clause
SHORT = 12  # characters below which nothing can be said of the language
HAN_SHARE = 0.2
STRETCH = 8  # characters of a stretch that is said over and over
TIMES = 4
READ = 4000

_QUOTED = re.compile(r"[“「『《\"][^“”「」『』《》\"\n]{1,20}[”」』》\"]")
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s，。；、）)]+|\b[a-z0-9-]+\.(?:com|cn|net|top|xyz|vip|cc|shop|club)\b", re.I
)
_OFFICIAL = re.compile(r"(?:^|[/.])(?:gov|edu|org)\.cn\b", re.I)
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d(?:[\s-]?\d{4}){2}(?!\d)")
_HANDLE = re.compile(
    r"(?:微信|薇信|威信|v\s?信|vx|wx|wechat|qq|扣扣|企鹅|电报|telegram)(?:号码|号|群号|群)?\s*[:是加 ]{0,3}\s*([a-z][\w-]{4,19}|\d{5,12})", re.I
)  # fmt: skip
# Who asks that something be stopped names it.
_AGAINST = re.compile(r"打击|禁止|严禁|不得|查处|整治|治理|取缔|违法|违规|举报|处罚|清理")
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_LATIN = re.compile(r"[a-z]+", re.I)


class Rule(TextChoices):
    """Why words are held back; the label is shown to moderators and to the author."""

    LINKS = "links", _("链接过多")
    CONTACTS = "contacts", _("留有多个联系方式")
    ADVERT = "advert", _("疑似广告")
    ABUSE = "abuse", _("含辱骂用语")
    REPEATED = "repeated", _("同一段话反复出现")
    GIBBERISH = "gibberish", _("读不出意思的文字")
    SAME_AUTHOR = "same_author", _("同一人在多处发同样的文字")
    FLOOD = "flood", _("许多新账号发同样的文字")
    UNSIGNED = "unsigned", _("未登录者提交")


@dataclass(frozen=True)
class History:
    """What was said before in the last day, counted by the caller.

    `same_by_author`: the author's own rows with these words in other places; `same_by_new`: other new accounts that
    said the same of the same clause, where the author's account is new too.
    """

    same_by_author: int = 0
    same_by_new: int = 0


def screen(text: str, reason: str = "", *, base: str = "", history: History = History()) -> str:
    """Return the value of the Rule by which these words are held back, or "" where none does.

    `base` is the wording the author started from: what `text` keeps of it is not the author's.
    """
    said = "\n".join(part for part in (_added(base, text), reason) if part.strip())[:READ]
    words = _QUOTED.sub(" ", said)
    flat = fold(words)
    listed = find(words)
    adverts = {hit.word for hit in listed if hit.kind == ADVERTISING}
    links = [link for link in _LINK.findall(flat) if not _OFFICIAL.search(link)]
    contacts = {re.sub(r"\D", "", one) for one in _MOBILE.findall(flat)} | set(_HANDLE.findall(flat))
    if any(hit.kind == ABUSE for hit in listed):
        return Rule.ABUSE.value
    if (adverts and (links or contacts)) or (len(adverts) >= ADVERTS and not _AGAINST.search(flat)):
        return Rule.ADVERT.value
    if len(links) >= LINKS:
        return Rule.LINKS.value
    if len(contacts) >= CONTACTS:
        return Rule.CONTACTS.value
    if _says_it_again(said):
        return Rule.REPEATED.value
    if _is_gibberish(said):
        return Rule.GIBBERISH.value
    if history.same_by_author >= SAME_AGAIN and len(said) >= SHORT:
        return Rule.SAME_AUTHOR.value
    if history.same_by_new >= FLOOD:
        return Rule.FLOOD.value
    return ""


def rule_name(rule: str) -> str:
    """Return a rule's Chinese name; a rule that is no longer known is shown as it is stored."""
    return str(Rule(rule).label) if rule in Rule.values else rule


def _added(base: str, text: str) -> str:
    if not base:
        return text
    return "\n".join(span.text for span in diff_spans(base, text) if span.operation == "ins")


def _says_it_again(said: str) -> bool:
    """Say whether one stretch of characters takes up half of the text, or the text is a few characters over and over."""
    flat = "".join(character for character in fold(said) if character.isalnum())
    if len(set(flat)) <= 3 and len(flat) >= SHORT and not has_substance(flat):
        return True
    if len(flat) < STRETCH * TIMES:
        return False
    stretches = Counter(flat[at : at + STRETCH] for at in range(len(flat) - STRETCH + 1))
    stretch, times = stretches.most_common(1)[0]
    times = flat.count(stretch)  # without overlaps
    return times >= TIMES and times * STRETCH * 2 >= len(flat)


def _is_gibberish(said: str) -> bool:
    """Say whether a text of some length is hardly Han and does not read as words of another language."""
    said = _LINK.sub(" ", said)
    flat = "".join(sign for sign in said if unicodedata.category(sign)[0] not in "ZPCMN")
    if len(flat) < SHORT or len(_HAN.findall(flat)) >= HAN_SHARE * len(flat):
        return False
    words = _LATIN.findall(said)
    letters = "".join(words).lower()
    if len(letters) < len(flat) / 2:
        return True
    vowels = sum(letter in "aeiouy" for letter in letters) / len(letters)
    return not (0.25 <= vowels <= 0.6 and len(letters) <= 10 * len(words) and len(words) >= 3)
