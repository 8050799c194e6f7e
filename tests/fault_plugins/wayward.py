"""A channel that does what the file ``mode`` in its folder says: ``ok``, ``raises``, ``hangs``, ``nonsense``, ``slow``, ``errand``.

It keeps what it published in ``shown.json``, and fences off what is late, as a channel must.
"""

import fcntl
import json
import time

from disclosure_pipeline.errors import Fenced
from disclosure_pipeline.hooks.hookspecs import hookimpl
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.publication import Errand, Receipt, Standing


class Wayward:
    id = "wall"
    version = "1"
    attributes = (Attribute.PROACTIVE,)

    def __init__(self, folder):
        self._folder = folder

    def publish(self, order):
        match (self._folder / "mode").read_text():
            case "raises":
                raise RuntimeError(f"cannot publish {order.entry.title}")
            case "hangs":
                time.sleep(600)
            case "nonsense":
                return {"address": order.entry.title}
            case "slow":
                time.sleep(3.0)
            case "errand":
                self._carry_out(order, order.entry.title)
                return self._errand(order, "enter", {"address"})
        return self._carry_out(order, order.entry.title)

    def update(self, order):
        return self.publish(order)

    def withdraw(self, order):
        done = self._carry_out(order, None)
        asks = (self._folder / "mode").read_text() == "errand"
        return self._errand(order, "take_down", set()) if asks else done

    def verify(self, documents):
        shown = self._shown()
        return [
            Standing(
                name, "published" if item["title"] else "withdrawn", item["generation"], item["version"], {}
            )
            for name, item in shown.items()
            if not documents or name in documents
        ]

    def _carry_out(self, order, title):
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            shown = self._shown()
            held = shown.get(order.key.document)
            if held is not None and held["generation"] > order.key.generation:
                raise Fenced
            item = {"title": title, "generation": order.key.generation, "version": order.key.version}
            shown[order.key.document] = item
            (self._folder / "shown.json").write_text(json.dumps(shown, ensure_ascii=False), "utf-8")
        return Receipt("wayward.wall", str(order.key))

    def _errand(self, order, kind, wants):
        hashes = {artefact.name: artefact.sha256 for artefact, _ in order.artefacts}
        return Errand("wayward.wall", str(order.key), kind, order.key.document, frozenset(wants), hashes)

    def _shown(self):
        path = self._folder / "shown.json"
        return json.loads(path.read_text("utf-8")) if path.exists() else {}


@hookimpl
def register_channels(context):
    return [Wayward(context.folders["own"])]
