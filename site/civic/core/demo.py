"""What marks a demo account. It is known to everyone, so it must never be reachable from another machine."""

ACCOUNT_PREFIX = "demo-"
ADMIN = "demo-admin"
PASSWORD = "demo-beijing"
