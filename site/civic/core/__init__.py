"""What every app of the site stands on: outbox, schedule, health, request ids, logs, error pages."""
