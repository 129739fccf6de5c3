"""Rows turned into what pages, feeds and the API show. Nothing here writes; words are masked here."""
