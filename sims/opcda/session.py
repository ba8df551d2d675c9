"""A client object of the gateway: one per create_client(), reachable by its id until it is closed."""
# SPDX-License-Identifier: Apache-2.0
import os
import time

import Pyro4

import browse
import conditions as shared
import signals
import wire
from reading import Order, Reader


@Pyro4.expose
class Session:
    """Methods, arguments and defaults are those that OpenOPC's clients know."""

    def __init__(self, gateway, conditions):
        self._gateway = gateway
        self._conditions = conditions
        self._reader = Reader(conditions)
        self._server = None       # the ProgID it is connected to
        self._incarnation = 0     # of the OPC server, when it connected
        self._connected_at = 0.0
        self._created = self._last_used = time.time()

    def connect(self, opc_server=None, opc_host="localhost"):
        self._last_used = time.time()
        self._conditions.count(connects=1)
        wanted = opc_server or self._server or os.environ.get("OPC_SERVER") or shared.MATRIKON
        time.sleep(0.01)
        self._conditions.wait()
        code = wire.NO_SUCH_SERVER
        for name in wanted.split(";"):
            code = self._connection_error(name, opc_host)
            if not code:
                self._server, self._incarnation = name, self._conditions.incarnation
                self._connected_at = time.time()
                self._reader.clear()
                return self._done()
        raise self._conditions.failure("Connect", code)

    def servers(self, opc_host="localhost"):
        self._last_used = time.time()
        self._conditions.wait()
        if not _is_here(opc_host):
            raise self._conditions.failure("servers", wire.SERVER_UNAVAILABLE)
        return list(shared.SERVERS)

    def list(self, paths="*", recursive=False, flat=False, include_type=False):
        return list(self.ilist(paths, recursive, flat, include_type))

    def ilist(self, paths="*", recursive=False, flat=False, include_type=False):
        self._conditions.count(lists=1)
        if not isinstance(paths, (str, list, tuple)) or not all(isinstance(path, str) for path in paths):
            raise TypeError("list(): 'paths' parameter must be a string or a list of strings")
        self._call_server("list")
        if self._server == shared.WITHOUT_BROWSING:
            return
        if flat and include_type:
            raise NameError("name 'node_type' is not defined")
        space = self._conditions.space
        for path in [paths] if isinstance(paths, str) else paths:
            rows = browse.browse_flat(space.items, path) if flat else browse.browse(space.root, path, recursive)
            for found, kind in rows:
                yield (found, kind) if include_type else found

    def read(self, tags=None, group=None, size=None, pause=0, source="hybrid", update=-1, timeout=5000, sync=False,
             include_error=False, rebuild=False):
        self._check_server("read")
        return self._reader.read(
            Order(tags, group, size, pause, source, update, timeout, sync, include_error, rebuild))

    def iread(self, tags=None, group=None, size=None, pause=0, source="hybrid", update=-1, timeout=5000, sync=False,
              include_error=False, rebuild=False):
        self._check_server("read")
        yield from self._reader.rows(
            Order(tags, group, size, pause, source, update, timeout, sync, include_error, rebuild))

    def properties(self, tags, id=None):
        ids = id if isinstance(id, (list, tuple)) else [id]
        rows = list(self.iproperties(tags, id))
        if not isinstance(tags, str):
            return rows
        if id is not None and len(ids) == 1:
            return rows[0][-1]
        return [row[1:] for row in rows]

    def iproperties(self, tags, id=None):
        """(tag, id, description, value) of every property, (tag, id, value) of those asked for."""
        if self._conditions.variant.needs_property_id and not isinstance(id, int):
            raise TypeError("int() argument must be a string, a bytes-like object or a real number, not 'list'")
        self._call_server("properties")
        for tag in [tags] if isinstance(tags, str) else tags:
            table = self._property_table(tag)
            if id is None:
                yield from ((tag, number, name, value) for number, (name, value) in table.items())
                continue
            for number in id if isinstance(id, (list, tuple)) else [id]:
                if number not in table:
                    raise self._conditions.failure("properties", -1073479165)  # C0040203: invalid property id
                yield tag, number, table[number][1]

    def info(self):
        if self._server is None:
            raise IndexError("tuple index out of range")
        self._last_used = time.time()
        down = self._conditions.down or self._incarnation != self._conditions.incarnation
        flat = self._server == shared.WITHOUT_BROWSING
        return [("Protocol", "OpenOPC"), ("Gateway Host", self._gateway.location), ("Gateway Version", "1.3.1"),
                ("Class", "Matrikon.OPC.Automation"), ("Client Name", ""), ("OPC Host", "localhost"),
                ("OPC Server", self._server), ("State", "Failed" if down else "Running"),
                ("Version", "1.1 (Build 307)"), ("Browser", "Not Supported" if flat else "Hierarchical"),
                ("Start Time", signals.time_text(self._conditions.space.start)),
                ("Current Time", signals.time_text(time.time())),
                ("Vendor", "m2c2 simulator, in the manner of Matrikon")]

    def ping(self):
        if not self._conditions.variant.python3:
            raise TypeError("float() argument must be a string or a real number, not 'pywintypes.datetime'")
        self._call_server("ping")
        return True

    def groups(self):
        return list(self._reader.groups)

    def remove(self, groups):
        if not isinstance(groups, (str, list, tuple)):
            raise TypeError("remove(): 'groups' parameter must be a string or a list of strings")
        for name in [groups] if isinstance(groups, str) else groups:
            self._reader.groups.pop(name, None)
        return self._done()

    def write(self, tag_value_pairs, size=None, pause=0, include_error=False):
        rows = list(self.iwrite(tag_value_pairs, size, pause, include_error))
        single = isinstance(tag_value_pairs, (list, tuple)) and tag_value_pairs and isinstance(tag_value_pairs[0], str)
        if not single:
            return rows
        return rows[0][1:] if include_error else rows[0][1]

    def iwrite(self, tag_value_pairs, size=None, pause=0, include_error=False):
        self._conditions.count(writes=1)
        self._call_server("write")
        single = tag_value_pairs and isinstance(tag_value_pairs[0], str)
        for tag, value in [tag_value_pairs] if single else tag_value_pairs:
            item = self._conditions.space.find(tag)
            code = wire.UNKNOWN_ITEM if item is None else 0 if "Write" in item.rights else wire.BAD_RIGHTS
            if not code:
                self._conditions.space.set(tag, value)
            status = (tag, "Error" if code else "Success")
            yield (*status, wire.ERROR_TEXTS.get(code, "")) if include_error else status

    def GUID(self):
        self._last_used = time.time()
        return self._gateway.uri_of(self._pyroId)

    def close(self, del_object=True):
        self._conditions.count(closes=1)
        named = len(self._reader.groups)
        self._reader.clear()
        self._server = None
        if del_object:
            self._gateway.forget(self)
        if named and not self._conditions.variant.python3:
            raise RuntimeError("dictionary changed size during iteration")
        return self._done()

    def set_trace(self, trace):
        """Of no use from afar."""

    def __getitem__(self, key):
        return self.read(key)[0]

    def __setitem__(self, key, value):
        self.write((key, value))

    def _done(self):
        return True if self._conditions.variant.returns_true else None

    def _connection_error(self, name, host):
        """Why the server cannot be connected to, as a COM error; 0 when it can."""
        if not _is_here(host):
            return wire.SERVER_UNAVAILABLE
        if name == shared.NOT_REGISTERED:
            return wire.NOT_REGISTERED
        if name not in [known for server in shared.SERVERS for known in (server, server.rpartition(".")[0])]:
            return wire.NO_SUCH_SERVER
        return self._conditions.down

    def _check_server(self, call):
        self._last_used = time.time()
        if self._server is None:
            raise AttributeError("'NoneType' object has no attribute 'DefaultGroupUpdateRate'")
        if self._conditions.down or self._incarnation != self._conditions.incarnation:
            raise self._conditions.failure(call, self._conditions.down or wire.SERVER_UNAVAILABLE)

    def _call_server(self, call):
        self._check_server(call)
        self._conditions.wait()

    def _property_table(self, tag):
        """id → (description, value)."""
        item = self._conditions.space.find(tag)
        if item is None:
            raise self._conditions.failure("properties", wire.UNKNOWN_ITEM)
        value, quality, stamp, _ = self._conditions.space.sample([tag], True)[tag]
        return {0: ("Item ID (virtual property)", tag), 1: ("Item Canonical DataType", item.type),
                2: ("Item Value", value), 3: ("Item Quality", quality), 4: ("Item Timestamp", stamp),
                5: ("Item Access Rights", item.rights), 6: ("Server Scan Rate", 100.0)}


def _is_here(host):
    return host in (None, "", ".", "localhost", "127.0.0.1")
