"""A model as large as all-MiniLM-L6-v2 with weights drawn at random: it takes the same time, and finds nothing.

For machines that the real one is not on: nothing is downloaded by a benchmark. The same six layers of 384 dimensions
with twelve heads, the same vocabulary size, and Chroma's own code around it, which cuts and pads texts to 256 tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

LAYERS, WIDTH, HEADS, INNER, VOCABULARY, LONGEST = 6, 384, 12, 1536, 30_522, 512
HEAD = WIDTH // HEADS
FILES = ("config.json", "special_tokens_map.json", "tokenizer_config.json", "vocab.txt")
"""What Chroma looks for beside the model and the tokenizer, and does not read."""


class _Graph:
    """Collects the nodes and the weights of a model."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.weights: dict[str, Any] = {}
        self._random = np.random.default_rng(0)

    def add(self, kind: str, inputs: Sequence[str], name: str, **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def constant(self, name: str, value: Any) -> str:
        self.weights[name] = np.asarray(value)
        return name

    def random(self, name: str, *shape: int) -> str:
        return self.constant(name, self._random.normal(0, 0.02, shape).astype(np.float32))

    def linear(self, at: str, name: str, inside: int, outside: int) -> str:
        product = self.add("MatMul", [at, self.random(f"{name}.weight", inside, outside)], f"{name}.product")
        return self.add("Add", [product, self.random(f"{name}.bias", outside)], name)

    def normed(self, at: str, name: str) -> str:
        scale = self.constant(f"{name}.scale", np.ones(WIDTH, np.float32))
        return self.add("LayerNormalization", [at, scale, self.random(f"{name}.shift", WIDTH)], name, axis=-1)

    def heads(self, at: str, name: str, order: Sequence[int]) -> str:
        apart = self.add("Reshape", [self.linear(at, name, WIDTH, WIDTH), "apart"], f"{name}.apart")
        return self.add("Transpose", [apart], f"{name}.heads", perm=list(order))

    def layer(self, at: str, name: str) -> str:
        """Attention and the inner layer, each added to what came in (Vaswani 2017, as BERT has it)."""
        query, key = self.heads(at, f"{name}.q", (0, 2, 1, 3)), self.heads(at, f"{name}.k", (0, 2, 3, 1))
        scaled = self.add("Mul", [self.add("MatMul", [query, key], f"{name}.qk"), "scale"], f"{name}.scaled")
        weights = self.add("Softmax", [self.add("Add", [scaled, "hidden"], f"{name}.seen")], f"{name}.weights", axis=-1)
        mixed = self.add("MatMul", [weights, self.heads(at, f"{name}.v", (0, 2, 1, 3))], f"{name}.mixed")
        turned = self.add("Transpose", [mixed], f"{name}.turned", perm=[0, 2, 1, 3])
        joined = self.add("Reshape", [turned, "joined"], f"{name}.joined")
        attended = self.add("Add", [at, self.linear(joined, f"{name}.out", WIDTH, WIDTH)], f"{name}.attended")
        middle = self.normed(attended, f"{name}.middle")
        inner = self.linear(middle, f"{name}.inner", WIDTH, INNER)
        error = self.add("Erf", [self.add("Mul", [inner, "root"], f"{name}.rooted")], f"{name}.erf")
        gate = self.add("Mul", [self.add("Add", [error, "one"], f"{name}.more"), "half"], f"{name}.gate")
        outer = self.linear(self.add("Mul", [inner, gate], f"{name}.gelu"), f"{name}.outer", INNER, WIDTH)
        return self.normed(self.add("Add", [middle, outer], f"{name}.added"), f"{name}.done")


def build(folder: Path, texts: Sequence[str]) -> Path:
    """Lay the model out as Chroma keeps the real one; the tokenizer's words are those of the texts."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    graph = _Graph()
    for name, value in (("scale", HEAD**-0.5), ("root", 0.5**0.5), ("one", 1.0), ("half", 0.5), ("far", -10_000.0)):
        graph.constant(name, np.float32(value))
    graph.constant("apart", np.array([0, 0, HEADS, HEAD], np.int64))
    graph.constant("joined", np.array([0, 0, WIDTH], np.int64))
    words = graph.add("Gather", [graph.random("words", VOCABULARY, WIDTH), "input_ids"], "embedded")
    kinds = graph.add("Gather", [graph.random("kinds", 2, WIDTH), "token_type_ids"], "typed")
    at = graph.normed(graph.add("Add", [words, kinds], "together"), "begun")
    mask = graph.add("Cast", ["attention_mask"], "mask", to=TensorProto.FLOAT)
    unseen = graph.add("Mul", [graph.add("Sub", ["one", mask], "unseen"), "far"], "farther")
    graph.add("Unsqueeze", [unseen, graph.constant("axes", np.array([1, 2], np.int64))], "hidden")
    for number in range(LAYERS):
        at = graph.layer(at, f"layer{number}")
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    output = helper.make_tensor_value_info(at, TensorProto.FLOAT, ["texts", "tokens", WIDTH])
    weights = [numpy_helper.from_array(array, name) for name, array in graph.weights.items()]
    made = helper.make_graph(graph.nodes, "stand-in", inputs, [output], weights)
    target = folder / "onnx"
    target.mkdir(parents=True)
    onnx.save(
        helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(target / "model.onnx")
    )
    _write_tokenizer(target, texts)
    for name in FILES:
        (target / name).write_text("{}", encoding="utf-8")
    return folder


def _write_tokenizer(folder: Path, texts: Sequence[str]) -> None:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))  # noqa: S106 - not that kind of token
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizers.Lowercase(), pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=VOCABULARY, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]"], show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.save(str(folder / "tokenizer.json"))


def embedding(folder: Path) -> Any:
    """Chroma's default embedding function over the model in this folder."""
    from chromadb.utils.embedding_functions.onnx_mini_lm_l6_v2 import ONNXMiniLM_L6_V2

    class StandIn(ONNXMiniLM_L6_V2):
        DOWNLOAD_PATH = folder

        def _download_model_if_not_exists(self) -> None:
            """It is there, and is not the one whose checksum Chroma knows."""

    return StandIn()
