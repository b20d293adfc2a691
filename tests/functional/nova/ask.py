"""Ask a compute endpoint everything, and write down what it answers.

``python -m tests.functional.nova.ask WORLD ANSWERS [--url URL] [--only SCENE] [--sample]``: WORLD is what ``serve``
wrote; without ``--url`` its own cloud is asked, with it a Nova whose pipeline has no ``authtoken`` filter.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from tests.functional.nova import answers, scenes, world
from tests.functional.nova.asking import Endpoint, Person, play


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("world", type=Path)
    parser.add_argument("answers", type=Path)
    parser.add_argument("--url")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--sample", action="store_true", help="only what the test asks")
    parser.add_argument("--again", action="store_true")
    options = parser.parse_args()
    told = json.loads(options.world.read_text())
    people = {name: Person(**person) for name, person in told["people"].items()}
    endpoint = Endpoint(options.url or told["url"], people, trusting=bool(options.url))
    endpoint.names.update(told["names"])
    kept = options.answers.with_suffix(".names")
    if options.again:
        endpoint.names.update(json.loads(kept.read_text()))
    else:
        world.clean(endpoint)
    with options.answers.open("w") as file:
        for name, scene in scenes.SCENES.items():
            if options.only and name not in (*options.only, *(() if options.again else ("setting",))):
                continue
            begun, count = time.monotonic(), 0
            for ask, answer in play(endpoint, scenes.sample(name) if options.sample else list(scene())):
                count += 1
                record: dict[str, Any] = {"scene": name, "key": ask.key}
                record |= answers.seen(answer)
                record["name"], record["text"] = ask.name, answer.text[:2000]
                file.write(json.dumps(record) + "\n")
            kept.write_text(json.dumps(endpoint.names))
            print(f"{name}: {count} in {time.monotonic() - begun:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
