"""An OpenOPC gateway as bare sockets, honest until it is told otherwise: what no Pyro library would ever send."""
import ast
import socket
import struct
import threading
import zlib

CONNECT, CONNECT_OK, INVOKE, RESULT, PING = 1, 2, 4, 5, 6
EXCEPTION, COMPRESSED = 0x01, 0x02
SERPENT, JSON = 1, 2
HEADER = struct.Struct(">4sHHHHIHHHH")
COMMENT = b"# serpent utf-8 python3.2\n"
CLIENT = "obj_0123456789abcdef0123456789abcdef"
STAMP = "2021-02-19 01:25:26.827000+00:00"
ITEMS = ["Line.Speed", "Line.Count"]


def header(request, size, kind=None, flags=0, sequence=None, serializer=SERPENT):
    """Of the answer to a request, unless told otherwise."""
    kind = kind or (CONNECT_OK if request.kind == CONNECT else RESULT)
    sequence = request.sequence if sequence is None else sequence
    checksum = (kind + 48 + size + serializer + flags + sequence + 0x34E9) & 0xFFFF
    return HEADER.pack(b"PYRO", 48, kind, flags, sequence, size, serializer, 0, 0, checksum)


def frame(request, value, **different):
    data = COMMENT + value.encode()
    return header(request, len(data), **different) + data


def bomb(gib=1):
    """A zlib stream of zeros: 1 MiB at first, and the same again and again."""
    deflate = zlib.compressobj(9)
    first, again = (deflate.compress(bytes(1 << 20)) + deflate.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + again * (1024 * gib - 1)


def row(item, value=1):
    return repr((item, value, "Good", STAMP))


class Request:
    def __init__(self, connection):
        _, _, self.kind, _, self.sequence, size, _, annotations, _, _ = HEADER.unpack(self._exactly(connection, HEADER.size))
        data = self._exactly(connection, annotations + size)[annotations:]
        self.object, self.method, self.arguments, _ = (
            ast.literal_eval(data.decode()) if self.kind == INVOKE else ("", "handshake", (), {}))

    @staticmethod
    def _exactly(connection, size):
        got = connection.recv(size, socket.MSG_WAITALL) if size else b""
        if len(got) < size:
            raise ConnectionError
        return got


class HostileGateway:
    """`attack(connection, request)` is what happens in place of the answer to a call of `method`, or to the handshake."""

    def __init__(self):
        self.attacks = 0  # that were begun
        self._attack = None
        self._method = None
        self._reads = 0
        self._over = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def attack_at(self, method, attack):
        self._method, self._attack = method, attack

    def be_honest(self):
        self._method = None

    def end(self):
        self._over.set()
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _accept(self):
        while not self._over.is_set():
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection):
        with connection:
            try:
                while not self._over.is_set():
                    self._answer(connection, Request(connection))
            except OSError:
                pass  # the client has seen enough

    def _answer(self, connection, request):
        if request.method != self._method:
            return connection.sendall(frame(request, self._honest(request)))
        self.attacks += 1
        return self._attack(connection, request)

    def _honest(self, request):
        if request.method == "read":
            self._reads += 1
            return "[" + ",".join(row(item, self._reads) for item in request.arguments[0]) + "]"
        return {"handshake": "'hello'", "create_client": repr(CLIENT), "GUID": repr(f"PYRO:{CLIENT}@localhost:7766"),
                "list": repr(ITEMS)}.get(request.method, "None")
