"""Words and how they change: units, differences, merges, quotations, likeness. Pure: no database, no clock."""
