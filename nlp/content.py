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
WORDS = Path(__file__).resolve().parent / "words"


def word_list(name: str) -> list[str]:
    """Return the words of one of nlp's own lists: blank-separated, `#` opens a comment."""
    lines = (WORDS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [word for line in lines for word in line.partition("#")[0].split()]
