"""Policy documents that the public edits clause by clause and staff moderate: a reusable Django app."""
