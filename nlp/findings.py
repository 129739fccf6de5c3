"""What the finders of personal data report: the kind, the plain value, the place in the text."""

from dataclasses import dataclass

PHONE, ID_NUMBER, BANK_CARD, NUMBER = "phone", "id_number", "bank_card", "number"
PLATE, EMAIL, WECHAT, HOME, NAME = "plate", "email", "wechat", "home", "name"


@dataclass(frozen=True)
class Personal:
    """One finding: `value` is its plain form, text[start:end] the form in which it stands."""

    kind: str
    value: str
    start: int
    end: int
    valid: bool | None = None  # None where nothing can be checked
