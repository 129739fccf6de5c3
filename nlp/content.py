"""Where the data lies that nlp reads: the repository's content folder and nlp's own models.

Every loader takes a folder, so that another city is another folder; these are the defaults.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONTENT = ROOT / "content"
TAXONOMY = CONTENT / "taxonomy"
LEXICONS = CONTENT / "lexicons"
PLACES = CONTENT / "places"
BOUNDARIES = CONTENT / "boundaries"
MODELS = Path(__file__).resolve().parent / "models"
EMBEDDING = ROOT / "var" / "models" / "e5zh"
