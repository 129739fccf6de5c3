"""Numbers in addresses, bounded: one that no column can hold is no address, instead of a database error."""

from django.urls import register_converter
from django.urls.converters import IntConverter


class Number(IntConverter):
    regex = "[0-9]{1,18}"


register_converter(Number, "number")
