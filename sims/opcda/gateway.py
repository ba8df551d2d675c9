"""The gateway: Pyro4's daemon with the service object `opc`, and the loop that takes its connections."""
# SPDX-License-Identifier: Apache-2.0
import os
import queue
import select
import socket
import ssl
import threading
import time
import weakref

import Pyro4
from Pyro4 import errors, socketutil

import wire
from session import Session


class _Daemon(Pyro4.Daemon):
    """Knows its connections, so that they can be dropped."""

    def __init__(self, host, port):
        self._connections = weakref.WeakSet()
        self._lock = threading.Lock()
        super().__init__(host=host, port=port)

    def validateHandshake(self, conn, data):
        with self._lock:
            self._connections.add(conn)
        return super().validateHandshake(conn, data)

    def clientDisconnect(self, conn):
        with self._lock:
            self._connections.discard(conn)

    def connections(self):
        with self._lock:
            return list(self._connections)


@Pyro4.expose
class Service:
    """The object `opc`."""

    def __init__(self, gateway):
        self._gateway = gateway

    def create_client(self):
        return self._gateway.create()

    def get_clients(self):
        return [(self._gateway.uri_of(s._pyroId), s._created, s._last_used) for s in self._gateway.sessions()]

    def release_client(self, obj):
        # What comes over the wire is never the gateway's own object.
        raise KeyError(repr(obj))


class Gateway:
    def __init__(self, conditions, host, port):
        self.conditions = conditions
        self._daemon = _Daemon(host, port)
        self._daemon.register(Service(self), "opc")
        self._tasks = queue.Queue()
        self._wake_read, self._wake_write = os.pipe()
        self._listening = True
        self.address = self._daemon.sock.getsockname()[:2]
        # Releases made from the Python 3 branch name localhost:7766, wherever they listen.
        self.location = self._daemon.locationStr if conditions.variant.own_address else "localhost:7766"

    def uri_of(self, object_id):
        return f"PYRO:{object_id}@{self.location}"

    def create(self):
        if self.conditions.no_automation:
            raise self.conditions.failure("Dispatch", wire.NO_SUCH_SERVER)
        self.conditions.wait()
        session = Session(self, self.conditions)
        self._daemon.register(session)
        self.conditions.count(creates=1)
        if self.conditions.variant.plain_ids:
            return session._pyroId
        return Pyro4.Proxy(self.uri_of(session._pyroId))

    def forget(self, session):
        self._daemon.unregister(session)

    def sessions(self):
        return [thing for thing in list(self._daemon.objectsById.values()) if isinstance(thing, Session)]

    def drop_sessions(self):
        for session in self.sessions():
            self.forget(session)

    def drop_connections(self):
        for connection in self._daemon.connections():
            try:
                connection.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it is gone already

    def statistics(self):
        there = {"sessions": len(self.sessions()), "connections": len(self._daemon.connections())}
        return there | self.conditions.counts()

    def refuse(self):
        """No new connections from now on; those that are there stay."""
        self._in_loop(self._stop_listening)

    def listen(self):
        self._in_loop(self._start_listening)

    def serve(self):
        """Takes connections for ever."""
        while True:
            wanted = [self._wake_read] + ([self._daemon.sock] if self._listening else [])
            ready, _, _ = select.select(wanted, [], [])
            if self._wake_read in ready:
                os.read(self._wake_read, 1)
                self._tasks.get()()
            else:
                self._accept()

    def _accept(self):
        try:
            self._daemon.events([self._daemon.sock])
        except ssl.SSLError:
            raise  # a failed handshake of TLS ends the real gateway too
        except (OSError, errors.CommunicationError):
            time.sleep(0.01)  # the peer left while it was refused

    def _in_loop(self, action):
        """Runs it in the loop's thread, which owns the listening socket; returns when it is done."""
        done, failure = threading.Event(), []

        def task():
            try:
                action()
            except OSError as error:
                failure.append(error)
            done.set()
        self._tasks.put(task)
        os.write(self._wake_write, b"x")
        done.wait()
        if failure:
            raise failure[0]

    def _stop_listening(self):
        if self._listening:
            server = self._daemon.transportServer
            server._selector.unregister(server.sock)
            server.sock.close()
            self._listening = False

    def _start_listening(self):
        if not self._listening:
            server = self._daemon.transportServer
            server.sock = socketutil.createSocket(bind=self.address, reuseaddr=True, noinherit=True)
            server._selector.register(server.sock, select.POLLIN, server)
            self._listening = True
