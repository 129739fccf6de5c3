"""What a web process loads when it starts."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import sys
import django

django.setup()
import wiki.urls

print("LOADED", "docx" in sys.modules)
"""


def test_the_addresses_load_no_library_for_word_files(tmp_path: Path) -> None:
    """It takes a third of a second, and few requests need one: the first that does loads it."""
    around = {
        "PYTHONPATH": f"{ROOT / 'site'}:{ROOT}",
        "DJANGO_SETTINGS_MODULE": "civic.settings.test",
        "VAR_DIR": str(tmp_path),
    }
    made = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=os.environ | around, capture_output=True, text=True, check=False
    )
    assert "LOADED False" in made.stdout, made.stdout + made.stderr
