"""Channels that misbehave, chosen by the document's title."""

import time

from disclosure_pipeline.errors import ChannelFault, Fenced
from disclosure_pipeline.hooks.hookspecs import hookimpl
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.publication import Receipt


class Faulty:
    id = "faulty"
    version = "1"
    attributes = (Attribute.PROACTIVE,)

    def publish(self, order):
        match order.entry.title:
            case "raises":
                raise RuntimeError(f"cannot publish {order.entry.summary}")
            case "hangs":
                time.sleep(600)
            case "nonsense":
                return "done"
            case "none":
                return None
            case "wrong key":
                return Receipt("faulty", "2026-000009/v1/other/publish/g0")
            case "fault":
                raise ChannelFault(f"no room for {order.entry.summary}")
            case "uncertain":
                raise ChannelFault(f"perhaps {order.entry.summary}", code="channel.uncertain")
            case "odd code":
                raise ChannelFault("no room", code=f"channel.{order.entry.summary}")
            case "fenced":
                raise Fenced
        return Receipt("faulty", str(order.key), "here")

    def update(self, order):
        return self.publish(order)

    def withdraw(self, order):
        return Receipt("faulty", str(order.key))

    def verify(self, documents):
        return [{"document": document, "state": "published"} for document in documents]


@hookimpl
def register_channels():
    return [Faulty()]
