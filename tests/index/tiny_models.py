"""Real models of a few hundred bytes, laid out as at Hugging Face: they count letters."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

PAD, UNKNOWN, SEPARATOR = 0, 1, 2
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def build_embedding(folder: Path, *, pooling: str = "mean_tokens", module: str = "Normalize") -> Path:
    """A model whose tokens are letters, each with a direction of its own: a text's vector is how often it has each."""
    table = np.vstack([np.full((3, 26), 1e-3), np.eye(26)]).astype(np.float32)
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])]
    output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["texts", "tokens", 26])
    _write(folder, nodes, {"table": table}, output)
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling/config.json").write_text(json.dumps({f"pooling_mode_{pooling}": True}))
    kinds = ["Transformer", "Pooling", module]
    (folder / "modules.json").write_text(json.dumps([{"type": f"sentence_transformers.models.{one}"} for one in kinds]))
    return folder


def build_cross_encoder(folder: Path, outputs: int = 1) -> Path:
    """A model of pairs whose score is how often the pair has an x."""
    table = np.zeros((29, outputs), dtype=np.float32)
    table[3 + LETTERS.index("x")] = 1
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["values"]),
        helper.make_node("ReduceSum", ["values", "axis"], ["logits"], keepdims=0),
    ]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["texts", outputs])
    _write(folder, nodes, {"table": table, "axis": np.array([1], dtype=np.int64)}, output)
    return folder


def _write(
    folder: Path, nodes: list[onnx.NodeProto], constants: dict[str, np.ndarray], output: onnx.ValueInfoProto
) -> None:
    names = ("input_ids", "attention_mask")
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"]) for name in names]
    initial = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, [output], initial)
    # Versions that onnxruntime has long read, whatever the onnx package writes by default.
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    (folder / "onnx").mkdir(parents=True)
    onnx.save(model, str(folder / "onnx/model.onnx"))
    vocabulary = {"[PAD]": PAD, "[UNK]": UNKNOWN, "[SEP]": SEPARATOR} | {one: 3 + n for n, one in enumerate(LETTERS)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))  # noqa: S106 - not that kind of token
    tokenizer.normalizer = normalizers.Sequence([normalizers.Lowercase(), normalizers.Replace(Regex("[^a-z]"), "")])
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A [SEP]", pair="$A [SEP] $B [SEP]", special_tokens=[("[SEP]", SEPARATOR)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
