"""What the tests of partners share: a receiver on this machine, and a partner with a webhook that leads to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from civic.partners.models import Webhook
from civic.partners.services.keys import register_partner
from civic.partners.services.webhooks import add_webhook
from tests.site.partners.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that answers 200 until a test tells it otherwise."""
    with receiving() as running:
        yield running


@pytest.fixture
def hook(receiver: Receiver, db: None, settings: Any) -> Webhook:
    """A webhook of a partner that leads to the receiver."""
    settings.WEBHOOK_ALLOW_HTTP = settings.WEBHOOK_ALLOW_PRIVATE = True
    return add_webhook(partner=register_partner(code="water", name="水务热线"), url=receiver.url)
