"""The simulated OPC server's address space: items by their id, and the branches that a client browses."""
# SPDX-License-Identifier: Apache-2.0
import itertools
import time

import signals
import wire

ROOT = "Simulation Items"
STATES = ("known", "unknown", "bad", "uncertain", "error")


class Item:
    """One item; `value` is called with the seconds since 1970 at each read of it."""
    __slots__ = ("id", "type", "value", "quality", "error", "rights", "whole", "state")

    def __init__(self, item_id, vartype, value, quality=0xC0, rights="Read", error=0, whole=False):
        self.id, self.type, self.value, self.quality = item_id, vartype, value, quality
        self.rights = rights
        self.error = error    # a COM error at each read; 0: none
        self.whole = whole    # its timestamps are whole seconds
        self.state = "known"  # one of STATES

    def sample(self, now, stamp, whole_stamp, sync):
        """(value, quality, timestamp, error code) as a read of the device gives them."""
        if self.state != "known" or self.error:
            return self._troubled(now, stamp, sync)
        value = self.value(now)
        word = value if self.quality is None else self.quality
        return value, signals.quality_text(word), whole_stamp if self.whole else stamp, 0

    def _troubled(self, now, stamp, sync):
        if self.state == "unknown":
            return None, "Error", None, wire.UNKNOWN_ITEM
        if self.state in ("bad", "uncertain"):
            return self.value(now), self.state.capitalize(), stamp, 0
        error = self.error or wire.FAILED
        # A synchronous read learns the error; a callback brings a value without quality.
        return (None, "Error", None, error) if sync else (None, "Bad", stamp, error)


class Node:
    """A branch; a leaf whose id cannot be had holds None."""

    def __init__(self):
        self.branches, self.leaves = {}, {}


class Space:
    def __init__(self, tags=0, time_offset=0.0):
        self.items = {}
        self.root = Node()
        self.start = time.time()
        self.time_offset = time_offset
        self.root.branches[ROOT] = Node()
        self.root.branches["Configured Aliases"] = Node()
        self._add_matrikon()
        self._add_for_tests(tags)

    def add(self, item):
        self.items[item.id] = item
        node, *names = self.root.branches[ROOT], *item.id.split(".")
        for name in names[:-1]:
            node = node.branches.setdefault(name, Node())
        node.leaves[names[-1]] = item.id

    def set(self, item_id, value):
        """From now on the item has this value; an item that is not there comes to be."""
        if item_id not in self.items:
            kinds = {bool: "VT_BOOL", int: "VT_I4", float: "VT_R8", str: "VT_BSTR", type(None): "VT_NULL"}
            self.add(Item(item_id, kinds.get(type(value), "VT_ARRAY | VT_VARIANT"), None, rights="Read/Write"))
        self.items[item_id].value = lambda _now: value

    def find(self, item_id):
        """The item, or None when the server does not know it."""
        item = self.items.get(item_id)
        return None if item is None or item.state == "unknown" else item

    def sample(self, tags, sync):
        """tag → (value, quality, timestamp, error code), all of one moment; each tag is read once."""
        now = time.time()
        stamp = signals.time_text(now + self.time_offset)
        whole = signals.time_text(int(now + self.time_offset))
        unknown = (None, "Error", None, wire.UNKNOWN_ITEM)
        get = self.items.get
        return {tag: item.sample(now, stamp, whole, sync) if (item := get(tag)) else unknown
                for tag in dict.fromkeys(tags)}

    def _add_matrikon(self):
        for branch, height, leaves in [("Random", signals.random_height, signals.TYPES),
                                       ("Saw-toothed Waves", signals.saw_tooth, signals.NUMBERS),
                                       ("Square Waves", signals.square, ("Boolean", *signals.NUMBERS)),
                                       ("Triangle Waves", signals.triangle, signals.NUMBERS)]:
            for leaf in leaves:
                vartype, shape = signals.TYPES[leaf]
                self.add(Item(f"{branch}.{leaf}", vartype, lambda now, shape=shape, height=height: shape(height(now))))
        self.add(Item("Random.Qualities", "VT_I2", signals.random_quality_word, quality=None))
        for branch, rights, error in [("Bucket Brigade", "Read/Write", 0), ("Read Error", "Read/Write", wire.FAILED),
                                      ("Write Error", "Read/Write", 0), ("Write Only", "Write", wire.BAD_RIGHTS)]:
            for leaf, (vartype, shape) in signals.TYPES.items():
                zero = shape(0.0) if leaf in ("Boolean", "Money", "Time") else type(shape(0.0))()
                self.add(Item(f"{branch}.{leaf}", vartype, lambda _now, zero=zero: zero, rights=rights, error=error))

    def _add_for_tests(self, tags):
        for name, word in [("Bad", 0x18), ("Good", 0xC0), ("Uncertain", 0x44), ("Unknown", 0x80)]:
            self.add(Item(f"Quality.{name}", "VT_I4", lambda _now, word=word: word, quality=word))
        self.add(Item("Quality.BadNull", "VT_EMPTY", lambda _now: None, quality=0x20))
        for name, (vartype, value) in signals.odd_values().items():
            self.add(Item(f"Odd.{name}", vartype, lambda _now, value=value: value))
        self.root.branches[ROOT].branches["Odd"].leaves["Nameless"] = None
        self.add(Item("Clock.Milliseconds", "VT_I8", lambda now: int(now * 1000)))
        self.add(Item("Clock.Seconds", "VT_I4", int, whole=True))
        self.add(Item("Clock.Text", "VT_DATE", signals.time_text))
        reads = itertools.count(1)
        self.add(Item("Counter.Reads", "VT_I8", lambda _now: next(reads)))
        self.add(Item("Counter.Tenths", "VT_I8", lambda now: int((now - self.start) * 10)))
        digits = max(4, len(str(tags)))
        for n in range(1, tags + 1):
            self.add(Item(f"Bulk.Tag{n:0{digits}}", "VT_I8", self._bulk_value(n)))

    def _bulk_value(self, n):
        """Tells its tag in the last six digits and tenths of a second since the start before them."""
        return lambda now: int((now - self.start) * 10) * 1_000_000 + n
