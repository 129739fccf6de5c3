"""Which column of a table is what: guessed from common headings, given on the command line or in a file."""

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import yaml

from civic.core.errors import InvalidInput

# What can be imported, with its name for people and the headings that are taken for it, most telling first.
FIELDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "text": (
        "诉求内容",
        ("诉求内容", "工单内容", "诉求描述", "问题描述", "反映内容", "来电内容", "投诉内容", "事件描述",
         "案件描述", "内容描述", "主要内容", "具体内容", "诉求", "内容", "描述", "text", "content", "description"),
    ),
    "source_ref": (
        "对方编号",
        ("工单编号", "工单号", "工单号码", "诉求编号", "案件编号", "案件号", "事件编号", "受理编号", "流水号",
         "业务编号", "任务号", "编号", "source_ref", "id", "ticket", "ticket_id"),
    ),
    "time": (
        "来电时间",
        ("来电时间", "受理时间", "诉求时间", "反映时间", "登记时间", "接单时间", "上报时间", "创建时间", "来件时间",
         "投诉时间", "提交时间", "日期", "时间", "time", "received_at", "created_at", "date"),
    ),
    "address": (
        "地址",
        ("诉求地址", "事发地址", "事发地点", "问题地址", "发生地址", "发生地点", "详细地址", "被反映地址", "案发地址",
         "事件地址", "问题地点", "地址", "地点", "位置", "address", "location"),
    ),
    "lon": ("经度", ("经度", "坐标x", "x坐标", "lon", "lng", "longitude")),
    "lat": ("纬度", ("纬度", "坐标y", "y坐标", "lat", "latitude")),
    "point": ("经纬度（一列）", ("经纬度", "坐标", "lonlat", "point")),
    "name": (
        "来电人",
        ("来电人", "来电人姓名", "诉求人", "诉求人姓名", "反映人", "反映人姓名", "市民姓名", "投诉人", "姓名",
         "联系人", "name", "caller"),
    ),
    "phone": (
        "联系电话",
        ("联系电话", "来电号码", "来电电话", "主叫号码", "反映人电话", "诉求人电话", "联系方式", "手机号", "手机号码",
         "电话号码", "电话", "手机", "phone", "mobile", "tel"),
    ),
    "code": ("事项代码", ("事项代码", "小类代码", "事项编码", "小类编码", "code", "matter", "service_code")),
}  # fmt: skip


def plain(heading: str) -> str:
    """Return a heading as it is compared: full width folded, lower case, without blanks, marks and brackets."""
    folded = unicodedata.normalize("NFKC", heading).lower()
    folded = folded.split("(")[0]
    return "".join(char for char in folded if char.isalnum() or char == "_")


def guess_columns(headings: Sequence[str]) -> dict[str, str]:
    """Return for each field the column that its heading names; a column is taken once, a doubtful one never."""
    by_name: dict[str, str] = {}
    for heading in headings:
        by_name.setdefault(plain(heading), heading)
    guessed: dict[str, str] = {}
    for field, (_, names) in FIELDS.items():
        found = next((by_name[name] for name in names if name in by_name), None)
        if found is not None and found not in guessed.values():
            guessed[field] = found
    if "lon" not in guessed or "lat" not in guessed:
        guessed.pop("lon", None)
        guessed.pop("lat", None)
    elif "point" in guessed:
        del guessed["point"]
    return guessed


def parse_pairs(pairs: Iterable[str]) -> dict[str, str]:
    """Return the columns named by `field=heading` pairs; raises InvalidInput for one that is no such pair."""
    given: dict[str, str] = {}
    for pair in pairs:
        field, separator, heading = pair.partition("=")
        if not separator:
            raise InvalidInput(f"--map 应写成 字段=列名，例如 text=诉求内容：{pair[:40]}")
        given[field.strip()] = heading.strip()
    return given


def read_mapping(path: Path) -> dict[str, str]:
    """Return the columns named by a YAML or JSON file of `field: heading`."""
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InvalidInput(f"打不开文件 {path}：{error.strerror}") from error
    except (UnicodeDecodeError, yaml.YAMLError, json.JSONDecodeError, RecursionError, ValueError) as error:
        raise InvalidInput(f"{path.name} 不是合格的 YAML 或 JSON（UTF-8 编码）") from error
    if not isinstance(given, dict):
        raise InvalidInput(f"{path.name} 里应是“字段: 列名”，一行一个")
    return {str(field): "" if heading is None else str(heading) for field, heading in given.items()}


def choose_columns(headings: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return the guessed columns with those that were given in their place; "" leaves a field out.

    Raises InvalidInput for a field that there is none of, a column that the table has not, or no text column.
    """
    chosen = guess_columns(headings)
    by_name = {plain(heading): heading for heading in reversed(headings)}
    for field, wanted in given.items():
        if field not in FIELDS:
            raise InvalidInput(f"没有这个字段：{field[:40]}。可用的字段：{'、'.join(FIELDS)}")
        if not wanted:
            chosen.pop(field, None)
            continue
        heading = wanted if wanted in headings else by_name.get(plain(wanted))
        if heading is None:
            raise InvalidInput(f"表里没有“{wanted[:40]}”这一列。表头是：{'、'.join(headings)[:400]}")
        for other in [name for name, column in chosen.items() if column == heading and name not in given]:
            del chosen[other]
        chosen[field] = heading
    if ("lon" in chosen) != ("lat" in chosen):
        raise InvalidInput("经度和纬度要一起对应，现在只有一个。")
    if "text" not in chosen:
        raise InvalidInput(
            f"看不出哪一列是诉求内容，请指出是哪一列（命令行里用 --map text=列名）。表头是：{'、'.join(headings)[:400]}",
            code="no_text_column",
        )
    return chosen


def explain(headings: Sequence[str], columns: Mapping[str, str]) -> list[str]:
    """Return the mapping in sentences for whoever starts the import."""
    lines = [f"{FIELDS[field][0]}（{field}）← {columns[field]}" for field in FIELDS if field in columns]
    unused = [heading for heading in headings if heading and heading not in columns.values()]
    if unused:
        lines.append(f"不导入的列：{'、'.join(unused)}")
    return lines
