"""Domain errors that services raise; pages and APIs turn them into a status and a Chinese sentence.

WikiError
├── InvalidText        a text cannot be stored as it is (400)
├── NothingChanged     the suggestion equals the clause (400)
├── WrongPlace         such a clause cannot stand there (400)
├── NotAllowed         this person may not do this (403)
├── ClauseGone         the clause is no longer in the document (410)
├── NotOpen            the document takes no suggestions or decisions now (409)
├── StaleBase          the clause has changed since the writer read it (409)
├── AlreadyDecided     someone has decided before (409)
├── ConflictUnresolved accepting needs a wording, because two changes collide (409)
├── HeldBack           a rule holds the words back: they are released first (409)
├── WrongStage         the document cannot take this step now (409)
│   └── StageBlocked   the step is right, but something is missing for it (409)
├── StaleFacts         somebody else has changed the document's facts meanwhile (409)
├── SlugTaken          a document of that address exists (409)
└── TooMany            too many suggestions from one person (429)
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wiki.consultation import Obstacle


class WikiError(Exception):
    """Base of all expected refusals: a Chinese sentence, a stable code, and sentences per field."""

    status = 400
    code = "invalid"

    def __init__(self, message: str, *, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields or {}


class InvalidText(WikiError):
    """A text cannot be stored as it is."""

    code = "invalid_text"


class NothingChanged(WikiError):
    """The suggested text equals the clause's."""

    code = "nothing_changed"


class WrongPlace(WikiError):
    """Such a clause cannot stand there."""

    code = "wrong_place"


class NotAllowed(WikiError):
    """This person may not do this."""

    status = 403
    code = "not_allowed"


class ClauseGone(WikiError):
    """The clause is no longer part of the document."""

    status = 410
    code = "clause_gone"


class NotOpen(WikiError):
    """The document takes no suggestions, or no decisions, in its present stage."""

    status = 409
    code = "not_open"


class StaleBase(WikiError):
    """The clause has changed since the writer read it; carries the text that is valid now."""

    status = 409
    code = "stale_base"

    def __init__(self, message: str, *, current_text: str, current_version: int) -> None:
        super().__init__(message, fields={"base_version": message})
        self.current_text = current_text
        self.current_version = current_version


class AlreadyDecided(WikiError):
    """Someone has decided on this suggestion before."""

    status = 409
    code = "already_decided"


class ConflictUnresolved(WikiError):
    """Two changes touch the same words: accepting needs the moderator's wording."""

    status = 409
    code = "conflict_unresolved"


class HeldBack(WikiError):
    """A rule holds these words back; a moderator releases them before anything else is done with them."""

    status = 409
    code = "held_back"


class WrongStage(WikiError):
    """The document cannot take this step from its present stage."""

    status = 409
    code = "wrong_stage"


class StageBlocked(WrongStage):
    """The step is the right one, but something is missing for it; carries the obstacles."""

    code = "stage_blocked"

    def __init__(self, obstacles: "Sequence[Obstacle]") -> None:
        fields = {one.field: one.sentence for one in obstacles if one.field}
        super().__init__("".join(one.sentence for one in obstacles), fields=fields)
        self.obstacles = tuple(obstacles)


class StaleFacts(WikiError):
    """Somebody else has changed the document's facts since the form was opened; names what differs."""

    status = 409
    code = "stale_facts"

    def __init__(self, message: str, *, differing: "Sequence[str]") -> None:
        super().__init__(message)
        self.differing = tuple(differing)


class SlugTaken(WikiError):
    """A document of that address exists already."""

    status = 409
    code = "slug_taken"


class TooMany(WikiError):
    """Too many suggestions from one person in a short time."""

    status = 429
    code = "too_many"
