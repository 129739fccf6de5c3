"""Letters to the city as tests write them, and what is answered."""

from email.message import EmailMessage
from typing import Any

from django.core import mail

from civic.cases.mail import taking
from civic.cases.mail.taking import take_letter
from civic.core import outbox

SENDER = "wang@example.org"
WORDS = "双井街道富力城北门的垃圾三天没人收。"


def letter(
    body: str = WORDS,
    subject: str = "垃圾没人收",
    sender: str = f"王先生 <{SENDER}>",
    number: int = 1,
    **headers: str,
) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "suqiu@city.example", subject
    message["Message-ID"] = f"<{number}@example.org>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    return message


def take(message: EmailMessage | bytes) -> taking.Taken:
    return take_letter(message if isinstance(message, bytes) else bytes(message))


def answers() -> list[Any]:
    outbox.drain()
    return mail.outbox
