"""The database itself refuses to delete an entry of a case's record, as it refuses to change one.

Emptying whole tables (`manage.py flush`, TRUNCATE) stays possible: civic.core.sqlite3 lets flush past it.
"""

from django.db import migrations

SQLITE = """
CREATE TRIGGER cases_caseevent_append_only_delete BEFORE DELETE ON cases_caseevent
BEGIN SELECT RAISE(ABORT, 'case events are append-only'); END
"""
POSTGRESQL = """
CREATE TRIGGER cases_caseevent_append_only_delete BEFORE DELETE ON cases_caseevent
FOR EACH ROW EXECUTE FUNCTION cases_caseevent_refuse()
"""


def install(apps, schema_editor):
    schema_editor.execute({"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor])


def remove(apps, schema_editor):
    table = " ON cases_caseevent" if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f"DROP TRIGGER cases_caseevent_append_only_delete{table}")


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_code_certain")]
    operations = [migrations.RunPython(install, remove)]
