"""Open311 GeoReport v2 (STANDARDS: wiki.open311.org): partners' and public programs' way to cases."""
