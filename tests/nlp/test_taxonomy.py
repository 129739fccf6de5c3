"""The taxonomy that the content folder holds, and folders that hold less."""

import pytest

from nlp import taxonomy

HEADER = "standard,version,kind,major_code,major_name,code,name\n"


def test_the_standard_is_whole():
    found = taxonomy.default()
    assert (len(found.matters), len(found.parts)) == (250, 153)
    assert found.matters["06028"].name == "噪声扰民"
    assert found.name("OUT")
    assert found.name("99999") == ""


def test_parts_and_matters_share_codes_but_not_keys():
    found = taxonomy.default()
    shared = set(found.parts) & set(found.matters)
    assert shared
    assert all(found.parts[code].key != found.matters[code].key for code in shared)


def test_codes_alone_suffice(tmp_path):
    row = "GB/T 47678.5,2026,matter,06,市容环境类,06010,暴露垃圾\n"
    (tmp_path / "codes.csv").write_text(
        HEADER + row + "CJ/T 214,2007,matter,01,市容环境,0102,暴露垃圾\n", "utf-8"
    )
    found = taxonomy.load(tmp_path)
    assert list(found.matters) == ["06010"]
    assert found.matters["06010"].synonyms == ()
    assert not found.matters["06010"].street_facility


def test_a_faulty_part_is_described_by_the_part(tmp_path):
    rows = "GB/T 47678.5,2026,part,01,设施,01037,路灯\nGB/T 47678.5,2026,matter,01,设施异常,01037,路灯异常\n"
    (tmp_path / "codes.csv").write_text(HEADER + rows, "utf-8")
    (tmp_path / "parts.yaml").write_text(
        '"01037": {description: 照明, synonyms: [街灯], examples: [灯不亮], street_facility: true}', "utf-8"
    )
    (tmp_path / "matters.yaml").write_text("OUT: {synonyms: [社保], examples: [工资没发]}", "utf-8")
    found = taxonomy.load(tmp_path)
    assert found.matters["01037"].street_facility
    assert found.matters["01037"].examples == ("灯不亮",)
    assert (found.out_synonyms, found.out_examples) == (("社保",), ("工资没发",))


def test_without_codes_there_is_no_taxonomy(tmp_path):
    with pytest.raises(FileNotFoundError):
        taxonomy.load(tmp_path)
