"""The public map: cases as clusters and points."""
