"""The case desk inside Wagtail's admin: queue, triage, one case, evaluation."""
