"""System checks: ports that cannot be imported, and a site without an outbox."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, register
from django.utils.module_loading import import_string

from wiki.ports import NAMES


@register("wiki")
def check_ports(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report unknown or broken entries of WIKI_PORTS, and a missing `publish`."""
    ports = getattr(settings, "WIKI_PORTS", {})
    messages: list[CheckMessage] = []
    for name, path in ports.items():
        if name not in NAMES:
            messages.append(Error(f"WIKI_PORTS names an unknown port: {name}", id="wiki.E002"))
            continue
        try:
            import_string(path)
        except ImportError as error:
            messages.append(Error(f"WIKI_PORTS[{name!r}] cannot be imported: {error}", id="wiki.E001"))
    if "publish" not in ports:
        messages.append(
            Info("WIKI_PORTS has no publish port: wiki events reach nobody else.", id="wiki.I001")
        )
    return messages
