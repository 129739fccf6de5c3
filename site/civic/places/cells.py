"""Morton cells: one integer per point whose parent is a shift, so that a map groups points by an index.

A cell interleaves 31 bits of longitude and 31 of latitude (62 bits, positive in a signed 64-bit column).
Level L keeps the first L bits of each axis; level 31 is the finest (about 2 cm).
"""

from typing import NamedTuple

BITS = 31


class Box(NamedTuple):
    """A cell's edges in degrees, WGS-84."""

    west: float
    south: float
    east: float
    north: float


def _spread(value: int) -> int:
    value &= 0x7FFFFFFF
    value = (value | value << 16) & 0x0000FFFF0000FFFF
    value = (value | value << 8) & 0x00FF00FF00FF00FF
    value = (value | value << 4) & 0x0F0F0F0F0F0F0F0F
    value = (value | value << 2) & 0x3333333333333333
    return (value | value << 1) & 0x5555555555555555


def _squeeze(value: int) -> int:
    value &= 0x5555555555555555
    value = (value | value >> 1) & 0x3333333333333333
    value = (value | value >> 2) & 0x0F0F0F0F0F0F0F0F
    value = (value | value >> 4) & 0x00FF00FF00FF00FF
    value = (value | value >> 8) & 0x0000FFFF0000FFFF
    return (value | value >> 16) & 0x00000000FFFFFFFF


def cell_of(lon: float, lat: float) -> int:
    """Return the finest cell of a point."""
    x = min(int((lon + 180.0) / 360.0 * (1 << BITS)), (1 << BITS) - 1)
    y = min(int((lat + 90.0) / 180.0 * (1 << BITS)), (1 << BITS) - 1)
    return _spread(x) | _spread(y) << 1


def shift_of(level: int) -> int:
    """Return by how many bits a finest cell is shifted to become its ancestor of a level."""
    return 2 * (BITS - level)


def parent(cell: int, level: int) -> int:
    """Return the ancestor of a finest cell at a level."""
    return cell >> shift_of(level)


def box_of(cell: int, level: int) -> Box:
    """Return the edges of a cell of a level."""
    x, y = _squeeze(cell), _squeeze(cell >> 1)
    width, height = 360.0 / (1 << level), 180.0 / (1 << level)
    west, south = x * width - 180.0, y * height - 90.0
    return Box(west, south, west + width, south + height)
