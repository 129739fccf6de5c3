"""A table row as one line of text: cells joined by " | ", a bar inside a cell written "\\|". Pure."""


def join_cells(cells: list[str]) -> str:
    """Return the cells as one line that `split_cells` takes apart again."""
    escaped = [" ".join(cell.split()).replace("\\", "\\\\").replace("|", "\\|") for cell in cells]
    return " | ".join(escaped).strip()


def split_cells(text: str) -> list[str]:
    """Return the cells of a row's text."""
    cells = [""]
    chars = iter(text)
    for char in chars:
        if char == "\\":
            following = next(chars, "")
            cells[-1] += following if following in ("|", "\\") else char + following
        elif char == "|":
            cells.append("")
        else:
            cells[-1] += char
    return [cell.strip() for cell in cells]
