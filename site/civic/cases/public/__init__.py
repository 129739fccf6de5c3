"""The case pages that everyone sees: reporting, the list, one report's progress."""
