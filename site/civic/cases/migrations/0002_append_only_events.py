"""The database itself refuses to change an entry of a case's record."""

from django.db import migrations

SQLITE = """
CREATE TRIGGER cases_caseevent_append_only BEFORE UPDATE ON cases_caseevent
BEGIN SELECT RAISE(ABORT, 'case events are append-only'); END
"""
POSTGRESQL = """
CREATE FUNCTION cases_caseevent_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'case events are append-only' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER cases_caseevent_append_only BEFORE UPDATE ON cases_caseevent
FOR EACH ROW EXECUTE FUNCTION cases_caseevent_refuse()
"""


def install(apps, schema_editor):
    schema_editor.execute({"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor])


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER cases_caseevent_append_only ON cases_caseevent")
        schema_editor.execute("DROP FUNCTION cases_caseevent_refuse()")
    else:
        schema_editor.execute("DROP TRIGGER cases_caseevent_append_only")


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
