"""The public pages, one module for each thing a visitor does."""
