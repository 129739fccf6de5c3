"""The database itself refuses to change or delete a line of the ledger of points.

On SQLite the name of the second trigger is what core.sqlite3 lets flush past it.
"""

from django.db import migrations

SQLITE = (
    """
CREATE TRIGGER engagement_point_append_only BEFORE UPDATE ON engagement_point
BEGIN SELECT RAISE(ABORT, 'points are append-only'); END
""",
    """
CREATE TRIGGER engagement_point_append_only_delete BEFORE DELETE ON engagement_point
BEGIN SELECT RAISE(ABORT, 'points are append-only'); END
""",
)
POSTGRESQL = (
    """
CREATE FUNCTION engagement_point_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'points are append-only' USING ERRCODE = 'restrict_violation'; END $$
""",
    """
CREATE TRIGGER engagement_point_append_only BEFORE UPDATE OR DELETE ON engagement_point
FOR EACH ROW EXECUTE FUNCTION engagement_point_refuse()
""",
)


def install(apps, schema_editor):
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER engagement_point_append_only ON engagement_point")
        schema_editor.execute("DROP FUNCTION engagement_point_refuse()")
    else:
        schema_editor.execute("DROP TRIGGER engagement_point_append_only")
        schema_editor.execute("DROP TRIGGER engagement_point_append_only_delete")


class Migration(migrations.Migration):
    dependencies = [("engagement", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
