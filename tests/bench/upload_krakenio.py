"""The official Python client with a pool of threads. Run by the Python that has it, which has nothing of ours.

``python upload_krakenio.py URL FOLDER CONCURRENCY PARAMETERS`` does as ``upload_child`` does.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def main() -> None:
    """One round."""
    url, folder, concurrency, parameters = sys.argv[1:]
    client = importlib.import_module("krakenio").Client("key", "secret")
    client.api_base_url, client.api_v1_url = f"{url}/", f"{url}/v1/"
    asked = json.loads(parameters)

    def upload(path: Path) -> None:
        if not client.upload(str(path), asked)["success"]:
            raise RuntimeError(f"{path.name} was refused")

    with ThreadPoolExecutor(int(concurrency)) as pool:
        list(pool.map(upload, sorted(Path(folder, "warm").glob("*.png"))))
        paths = sorted(Path(folder).glob("*.png"))
        began, cpu = time.perf_counter(), time.process_time()
        list(pool.map(upload, paths))
        print(json.dumps({"wall": time.perf_counter() - began, "cpu": time.process_time() - cpu}))


if __name__ == "__main__":
    main()
