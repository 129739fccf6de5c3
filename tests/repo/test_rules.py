"""Rules of the repository that no other tool checks."""

import re
from pathlib import Path

FOLDERS = {".ci", "bot", "content", "nlp", "site", "tests", "wiki"}
FILES = {".gitignore", "CONTRIBUTING.md", "LICENSE", "NOTICE", "README.md", "SECURITY.md", "pyproject.toml"}
COMMANDS = {"requirements.txt", "run", "test"}
# Split, so that this file does not break its own rule.
MACHINE_PATHS = re.compile(
    r"(?<![\w.])/(?:" + "|".join(["wor" + "k/", "roo" + "t/", "home" + r"/\w", "tmp" + r"/\w"]) + ")"
)
REGISTRY_HOSTS = re.compile(
    "|".join(
        ["py" + r"pi\.org", "python" + "hosted", "registry" + r"\.npm", "mirrors" + r"?\.\w+\.(?:com|cn|edu)"]
    )
)
WORKPLACE = re.compile(
    "|".join(
        [
            r"\biss" + r"ue #?\d",
            "iss" + "ues show",
            "CONTRACT" + r"\.md",
            r"\bhel" + "per session",
            "co-authored" + "-by",
        ]
    ),
    re.IGNORECASE,
)
INLINE_SCRIPT = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/(?:ld\+)?json\")[^>]*>", re.IGNORECASE
)
INLINE_HANDLER = re.compile(r"<[^>]+\son[a-z]+\s*=", re.IGNORECASE)
INLINE_STYLE = re.compile(r"<style\b|<[^>]+\sstyle\s*=", re.IGNORECASE)
OTHER_HOST = re.compile(r"<(?:script|link|img)[^>]+(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE)


def found(texts: dict[Path, str], pattern: re.Pattern[str], *, suffixes: tuple[str, ...] = ()) -> list[str]:
    """Return "file:line: text" for each match."""
    return [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match[0][:80]}"
        for path, text in texts.items()
        if not suffixes or path.suffix in suffixes
        for match in pattern.finditer(text)
    ]


def test_every_top_level_name_is_known(texts, tracked):
    root = Path(__file__).resolve().parents[2]
    assert {path.relative_to(root).parts[0] for path in tracked} == FOLDERS | FILES | COMMANDS


def test_the_site_folder_is_no_package():
    assert not (Path(__file__).resolve().parents[2] / "site" / "__init__.py").exists(), (
        "it would shadow the standard library"
    )


def test_no_paths_of_a_machine(texts):
    assert found(texts, MACHINE_PATHS) == []


def test_no_package_registry_hosts(texts):
    assert found(texts, REGISTRY_HOSTS) == []


def test_no_words_of_a_workplace(texts):
    assert found(texts, WORKPLACE) == []


def test_templates_have_no_inline_scripts_or_styles(texts):
    pages = {path: text for path, text in texts.items() if path.suffix == ".html"}
    assert found(pages, INLINE_SCRIPT) + found(pages, INLINE_HANDLER) + found(pages, INLINE_STYLE) == []


def test_pages_load_nothing_from_other_hosts(texts):
    assert found(texts, OTHER_HOST, suffixes=(".html",)) == []


def test_content_holds_no_code(texts):
    assert [
        str(path) for path in texts if path.parts[0] == "content" and path.suffix in {".py", ".sh", ".js"}
    ] == []


def test_modules_say_what_they_hold(texts):
    silent = [
        str(path)
        for path, text in texts.items()
        if path.suffix == ".py" and path.name != "__init__.py" and "migrations" not in path.parts
        and text.strip() and not text.lstrip().startswith(('"""', "#!"))
    ]  # fmt: skip
    assert silent == []


def test_no_catch_all_modules(texts):
    names = {"utils", "helpers", "common", "misc"}
    assert [str(path) for path in texts if names & {path.stem, *path.parts[:-1]}] == []
