"""Domain errors that services raise; views and APIs turn them into a status and a Chinese sentence.

DomainError
├── InvalidInput    what was given cannot be accepted (400)
│   └── TooLarge    it is too big (413)
├── NotAllowed      this person may not do this (403)
├── NotFound        there is no such thing, or not for this person (404)
├── Conflict        the thing is in another state now (409)
└── TooMany         too often from one place (429)
"""


class DomainError(Exception):
    """Base of all expected refusals.

    `message` is a Chinese sentence for the reader, `code` a stable snake_case word for programs, `fields`
    maps a field's name to its own sentence.
    """

    status = 400
    default_code = "invalid"

    def __init__(self, message: str, *, code: str = "", fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.fields = fields or {}


class InvalidInput(DomainError):
    """What was given cannot be accepted."""


class TooLarge(InvalidInput):
    """What was given is too big."""

    status = 413
    default_code = "too_large"


class NotAllowed(DomainError):
    """This person may not do this."""

    status = 403
    default_code = "not_allowed"


class NotFound(DomainError):
    """There is no such thing, or not for this person."""

    status = 404
    default_code = "not_found"


class Conflict(DomainError):
    """The thing is in another state than the caller thought."""

    status = 409
    default_code = "conflict"


class TooMany(DomainError):
    """Too often from one place; `retry_after` is in seconds."""

    status = 429
    default_code = "too_many"

    def __init__(self, message: str, *, code: str = "", retry_after: int = 60) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after
