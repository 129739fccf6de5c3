"""The pages as `load_content` makes them from the shipped content."""

import pytest
from django.core.management import call_command


@pytest.fixture
def content(db: None) -> None:
    """Load the shipped pages and questions."""
    call_command("load_content", verbosity=0)
