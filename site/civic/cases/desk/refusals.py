"""A form of the desk's case page that was refused: what was typed comes back, with what is wrong beside its field."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from civic.core.errors import Conflict, DomainError, NotAllowed, TooLarge, TooMany

UNPROCESSABLE = 422
STATUSES = (Conflict, NotAllowed, TooLarge, TooMany)
KEPT = {"reason": "说明", "referred_to": "转往", "text": "文字", "address": "地址", "number": "编号"}


@dataclass(frozen=True)
class Refusal:
    """What was refused: `form` names the form on the page, `typed` holds its fields, `errors` a sentence for each."""

    form: str
    label: str
    message: str
    status: int
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    lost_files: bool = False

    @property
    def is_stale(self) -> bool:
        """Whether the case is in another state than the page that was sent had shown."""
        return self.status == Conflict.status

    @property
    def words(self) -> list[tuple[str, str]]:
        """What a person wrote, for when the form is not on the page any more."""
        return [(label, self.typed[name]) for name, label in KEPT.items() if self.typed.get(name, "").strip()]


def refuse(
    form: str, label: str, error: DomainError, post: Mapping[str, str], *, lost_files: bool = False
) -> Refusal:
    """Return the refusal of a posted form; a stale page is a conflict, a wrong field unprocessable."""
    typed = {
        name: value.replace("\x00", "")
        for name, value in post.items()
        if name not in {"csrfmiddlewaretoken", "action", "expected_step"}
    }
    # The page that answers is fresh: nobody needs to be sent for a newer one.
    message = error.message.replace("，请刷新后再看", "")
    status = error.status if isinstance(error, STATUSES) else UNPROCESSABLE
    return Refusal(form, label, message, status, typed, error.fields, lost_files)
