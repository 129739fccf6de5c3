"""Where things are: polygons, coordinates, grid cells and the gazetteer. No database, no system libraries."""
