"""The full-text table of the database in use; Elasticsearch keeps its own index elsewhere."""

from django.db import migrations

# The "ascii" tokenizer keeps every character beyond ASCII inside a token; "unicode61" cuts at characters that
# are younger than its Unicode 6.1 tables, among them thousands of Han characters.
SQLITE = ["CREATE VIRTUAL TABLE opinion_fts USING fts5(terms, public_terms, tokenize='ascii')"]
SQLITE_BACK = ["DROP TABLE IF EXISTS opinion_fts"]
# No foreign key: Django's flush truncates the tables it knows, and PostgreSQL refuses that under a reference.
POSTGRESQL = [
    "CREATE TABLE opinion_terms (document_id bigint PRIMARY KEY, terms tsvector NOT NULL, public_terms tsvector NOT NULL)",
    "CREATE INDEX opinion_terms_gin ON opinion_terms USING gin (terms)",
    "CREATE INDEX opinion_public_terms_gin ON opinion_terms USING gin (public_terms)",
]
POSTGRESQL_BACK = ["DROP TABLE IF EXISTS opinion_terms"]


def create(apps, schema_editor):
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    for statement in {"sqlite": SQLITE_BACK, "postgresql": POSTGRESQL_BACK}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("opinion", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
