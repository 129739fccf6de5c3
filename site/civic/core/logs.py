"""JSON logs that carry request ids and never what a citizen wrote."""

import contextvars
import copy
import logging
from typing import Any

from pythonjsonlogger.json import JsonFormatter

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="-")

# Fields a log line may carry beside the message. Anything else that a library attaches (request bodies,
# form data, SQL parameters) is dropped, because it can hold a citizen's words or phone number.
ALLOWED_FIELDS = frozenset(
    [
        "timestamp",
        "level",
        "logger",
        "message",
        "request_id",
        "method",
        "route",
        "status",
        "ms",
        "user_id",
        "number",
        "topic",
        "event_id",
        "webhook_id",
        "delivery_id",
        "attempts",
        "handler",
        "queue",
        "channel",
        "code",
        "size",
        "count",
        "worker",
        "port",
        "error_type",
    ]
)


# Django's own loggers write the address, the Host header or SQL parameters into their message.
QUOTING_LOGGERS = ("django.request", "django.security", "django.db.backends")


class RequestIdFilter(logging.Filter):
    """Attach the current request's id to each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class SafeJsonFormatter(JsonFormatter):
    """Write one JSON object a line with allowed fields only; a traceback keeps files and lines, not values."""

    def __init__(self) -> None:
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s %(message)s",
            rename_fields={"asctime": "timestamp", "levelname": "level", "name": "logger"},
            json_ensure_ascii=False,
        )

    def format(self, record: logging.LogRecord) -> str:
        """Format a record; of one that quotes what was sent only its logger and status remain."""
        if record.name.startswith(QUOTING_LOGGERS):
            record = copy.copy(record)
            record.msg, record.args = "request refused or failed", ()
            record.status = getattr(record, "status_code", None)
        return super().format(record)

    def process_log_record(self, log_data: dict) -> dict:
        frames = log_data.pop("exc_info", None)
        kept = {key: value for key, value in log_data.items() if key in ALLOWED_FIELDS}
        if frames:
            kept["exception"] = frames
        return kept

    def formatException(self, ei: Any) -> str:
        """Return where it happened and the error's type; its text may quote what a citizen wrote."""
        kind, _, trace = ei
        places = []
        while trace is not None:
            code = trace.tb_frame.f_code
            places.append(f"{code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        return f"{kind.__name__ if kind else 'Error'} at " + " < ".join(reversed(places[-12:]))
