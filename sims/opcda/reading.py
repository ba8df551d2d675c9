"""How the gateway's read() makes its rows: groups, cache, and the form of the answer."""
# SPDX-License-Identifier: Apache-2.0
import dataclasses
import time

import wire

SOONEST_UPDATE = 0.1  # seconds: no group's cache is renewed more often


@dataclasses.dataclass
class Order:
    """The arguments of one read()."""
    tags: object
    group: object
    size: object
    pause: float
    source: str
    update: float
    timeout: float
    sync: bool
    include_error: bool
    rebuild: bool

    def tag_list(self):
        if self.tags is None:
            return []
        if isinstance(self.tags, str):
            return [self.tags]
        if isinstance(self.tags, (list, tuple)) and all(isinstance(tag, str) for tag in self.tags):
            return list(self.tags)
        raise TypeError("read(): 'tags' parameter must be a string or a list of strings")


class Group:
    """A group on the OPC server: its tags and the cache of their values."""

    def __init__(self, tags, update):
        self.tags = tags
        self._period = max(update / 1000, SOONEST_UPDATE)
        self._cache = None
        self._renewed = 0.0

    def device(self, space, sync):
        self._cache = space.sample(self.tags, sync)
        self._renewed = time.monotonic()
        return self._cache

    def cache(self, space, sync):
        if self._cache is None or time.monotonic() - self._renewed >= self._period:
            return self.device(space, sync)
        return self._cache


class Reader:
    """One session's groups, and what its anonymous reads leave behind."""

    def __init__(self, conditions):
        self._conditions = conditions
        self.clear()

    def clear(self):
        self.groups = {}
        self._left_behind = {}

    def read(self, order):
        """The whole answer, in the form that the order asks for."""
        rows = list(self.rows(order))
        self._conditions.count(reads=1, tags=len(rows))
        if isinstance(order.tags, str):
            return rows[0][1:]
        return rows

    def rows(self, order):
        """(tag, value, quality, timestamp), with include_error one more; in the order of the tags."""
        known = order.group is not None and order.group in self.groups and not order.rebuild
        tags = order.tag_list()
        groups = self.groups[order.group] if known else self._new_groups(order, tags)
        from_cache = known and order.source in ("hybrid", "cache")
        for number, group in enumerate(groups):
            if number and order.pause > 0:
                time.sleep(order.pause / 1000)
            yield from self._group_rows(order, group, from_cache)

    def _new_groups(self, order, tags):
        size = order.size or max(len(tags), 1)
        groups = [Group(tags[at:at + size], order.update) for at in range(0, len(tags), size)]
        if order.group is not None and groups:
            self.groups[order.group] = groups
        return groups

    def _group_rows(self, order, group, from_cache):
        sync = order.sync or order.include_error
        space = self._conditions.space
        if order.group is None:
            self._leave_behind(group.tags)
        if self._conditions.variant.unknown_tag_fails and not all(map(space.find, group.tags)):
            raise TypeError("argument of type 'bool' is not iterable")
        if sync:
            self._conditions.wait()
        else:
            self._conditions.wait_for_callback(order.timeout / 1000)
        found = (group.cache if from_cache else group.device)(space, sync)
        if order.include_error:
            texts = wire.ERROR_TEXTS
            return [(tag, *found[tag][:3], texts.get(found[tag][3], "")) for tag in group.tags]
        return [(tag, *found[tag][:3]) for tag in group.tags]

    def _leave_behind(self, tags):
        """The real gateway keeps an entry for each tag of each anonymous read and looks for the highest each time."""
        if self._conditions.leak:
            top = max(self._left_behind, key=int, default=0)  # `key` only makes it as slow as the real one
            self._left_behind.update(dict.fromkeys(range(top + 1, top + 1 + len(tags) * self._conditions.leak)))
