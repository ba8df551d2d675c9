"""m2c2-sim-opcda before a client that is not ours: Pyro4's own."""
import re
import socket
import time

import Pyro4
import pytest
import serpent
from Pyro4 import message
from Pyro4.errors import CommunicationError, DaemonError, SerializeError
from Pyro4.socketutil import SocketConnection
from Pyro4.util import SerpentSerializer

from plant import until

MATRIKON = "Matrikon.OPC.Simulation.1"
STAMP = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?\+00:00$")
RPC_DOWN = -2147023174


def proxy(gateway, object_id="opc"):
    return Pyro4.Proxy(f"PYRO:{object_id}@127.0.0.1:{gateway.port}")


def open_session(gateway, server=MATRIKON):
    """As every remote client must: of the Proxy that comes back only the object's id is of use."""
    with proxy(gateway) as service:
        made = service.create_client()
    session = proxy(gateway, made if isinstance(made, str) else made._pyroUri.object)
    session.connect(server)
    return session


def raw_answer(gateway, object_id, method, *arguments, **named):
    """(flags, what the answer's bytes say): a class that Pyro4's client would refuse stays a dict."""
    with socket.create_connection(("127.0.0.1", gateway.port), 20) as plain:
        connection, serializer = SocketConnection(plain, keep_open=True), SerpentSerializer()
        for kind, data in [(message.MSG_CONNECT, serializer.dumps({"handshake": "hello", "object": "opc"})),
                           (message.MSG_INVOKE, serializer.dumpsCall(object_id, method, arguments, named))]:
            connection.send(message.Message(kind, data, serializer.serializer_id, 0, 0).to_bytes())
            answer = message.Message.recv(connection, [message.MSG_CONNECTOK, message.MSG_RESULT])
        return answer.flags, serpent.loads(answer.data)


def raised(gateway, session, method, *arguments, **named):
    """(class, text) of the exception on the wire."""
    flags, told = raw_answer(gateway, session._pyroUri.object, method, *arguments, **named)
    assert flags & message.FLAGS_EXCEPTION and told["__exception__"] and told["attributes"]["_pyroTraceback"], told
    return told["__class__"], told["args"][0]


def test_objects_and_calls_are_those_of_openopc(plant):
    gateway = plant.start_opcda()
    with proxy(gateway) as service:
        made = service.create_client()
        assert re.fullmatch(r"PYRO:obj_[0-9a-f]{32}@localhost:7766", str(made._pyroUri))
        assert service._pyroMethods == {"create_client", "get_clients", "release_client"}
        [(uri, created, used)] = service.get_clients()
        assert uri == str(made._pyroUri) and created == used <= time.time()
    session = proxy(gateway, made._pyroUri.object)
    session._pyroBind()
    assert session._pyroMethods == {
        "GUID", "write", "list", "groups", "properties", "iwrite", "close", "info", "__getitem__", "ilist", "iread",
        "servers", "remove", "ping", "connect", "read", "__setitem__", "iproperties", "set_trace"}
    assert session.GUID() == str(made._pyroUri) and MATRIKON in session.servers()
    assert raised(gateway, session, "info")[0] == "builtins.IndexError"
    assert session.connect(MATRIKON) is None and session.connect() is None
    assert dict(session.info())["OPC Server"] == MATRIKON and dict(session.info())["State"] == "Running"
    assert session.properties("Random.Real4", 1) == "VT_R4"
    assert raised(gateway, session, "ping")[0] == "builtins.TypeError"
    assert session.close() is None
    with pytest.raises(DaemonError, match="unknown object"):
        session.GUID()
    assert {key: gateway.stats()[key] for key in ("sessions", "creates", "closes", "writes")} == {
        "sessions": 0, "creates": 1, "closes": 1, "writes": 0}


def test_list_follows_the_gateways_rules(plant):
    gateway = plant.start_opcda("--tags", 3)
    session = open_session(gateway)
    assert set(session.list()) == {"Simulation Items", "Configured Aliases"}
    integers = [f"Random.{name}" for name in ("Int1", "Int2", "Int4", "UInt1", "UInt2", "UInt4")]
    assert session.list("Simulation Items.Random.*Int*") == session.list("Simulation Items/Random/*iNT*") == integers
    assert session.list(["Simulation Items.Bulk", "Configured Aliases"]) == [
        "Bulk.Tag0001", "Bulk.Tag0002", "Bulk.Tag0003"]
    assert "Random" in session.list("Simulation Items.*.Int2")
    assert session.list("Simulation Items.R*.*Int2", recursive=True) == [
        "Random.Int2", "Random.UInt2", "Read Error.Int2", "Read Error.UInt2"]
    assert session.list("Random.Int?", flat=True) == ["Random.Int1", "Random.Int2", "Random.Int4"]
    assert session.list("Simulation Items.Clock.S*", include_type=True) == [("Clock.Seconds", "Leaf")]
    assert session.list("Nothing.*") == [] and None in session.list("Simulation Items.Odd.*")
    for path in ("Simulation Items.Random.Int4", "Simulation Items.Random.Int?"):
        assert raised(gateway, session, "list", path) == (
            "builtins.AttributeError", "module 'string' has no attribute 'join'")
    assert open_session(gateway, "NoBrowse.OPC.Server.1").list() == []


def test_read_answers_in_every_shape(plant):
    gateway = plant.start_opcda("--set", "Line.Speed=12.5", "--set", "Line.Name='press \"3\"'")
    session = open_session(gateway)
    value, quality, stamp = session.read("Line.Speed")
    assert (value, quality) == (12.5, "Good") and STAMP.match(stamp)
    tags = ["Line.Name", "Quality.Bad", "Quality.Uncertain", "Nope", "Line.Name"]
    for sync in (False, True):
        rows = session.read(tags, sync=sync)
        assert [(row[0], row[2]) for row in rows] == [
            ("Line.Name", "Good"), ("Quality.Bad", "Bad"), ("Quality.Uncertain", "Uncertain"), ("Nope", "Error"),
            ("Line.Name", "Good")]
        assert rows[0][1] == 'press "3"' and rows[3] == ("Nope", None, "Error", None)
    assert len(session.read("Line.Speed", include_error=True)) == 4
    assert [len(row) for row in session.read(tags, include_error=True)] == [5] * 5
    assert session.read(["Write Only.Int4"], sync=True) == [("Write Only.Int4", None, "Error", None)]
    assert session.read(["Write Only.Int4"])[0][1:3] == (None, "Bad")
    assert session.read([]) == session.read(None) == []
    assert re.search(r":\d\d\+00:00$", session.read("Clock.Seconds")[2]), "whole seconds have no fraction"
    for wrong in (7, ["Line.Speed", None]):
        assert raised(gateway, session, "read", wrong) == (
            "builtins.TypeError", "read(): 'tags' parameter must be a string or a list of strings")
    odd = dict(row[:2] for row in session.read([name for name in session.list("Simulation Items.Odd.*") if name]))
    assert odd["Odd.BigInteger"] == 2**100 and odd["Odd.Matrix"] == ((1, 2, 3), (4, 5, 6))
    assert odd["Odd.NaN"] != odd["Odd.NaN"]
    assert odd["Odd.Infinity"] == float("inf") and odd["Odd.Decimal"] == "-79228162514264337593543950335.5"


def test_reads_count_and_groups_keep_their_first_tags(plant):
    gateway = plant.start_opcda()
    session = open_session(gateway)
    assert [session.read("Counter.Reads")[0] for _ in range(3)] == [1, 2, 3]
    assert session.read(["Counter.Reads", "Counter.Reads"], sync=True)[1][1] == 4, "read once a call"
    first = session.read(["Counter.Reads", "Line", "Random.Int4"], group="g", size=2, update=3_600_000)
    assert len(first) == 3 and session.groups() == ["g"]
    assert session.read(["Random.Int1"], group="g") == session.read(group="g") == first, "cached, whatever the tags"
    assert session.read(group="g", source="device")[0][1] == 6
    assert [row[0] for row in session.read(["Random.Int1"], group="g", rebuild=True)] == ["Random.Int1"]
    assert raised(gateway, session, "close") == ("builtins.RuntimeError", "dictionary changed size during iteration")
    assert gateway.stats()["sessions"] == 0, "released all the same"


def test_a_dead_opc_server_a_lost_callback_and_a_bad_name(plant):
    gateway = plant.start_opcda()
    session = open_session(gateway)
    with pytest.raises(SerializeError, match="unsupported serialized class: OpenOPC.OPCError"):
        session.connect("No.Such.Server")
    assert raised(gateway, session, "connect", "No.Such.Server") == ("OpenOPC.OPCError", "Connect: -2147221005")
    gateway.tell("server down")
    assert raised(gateway, session, "read", "Random.Int4") == ("OpenOPC.OPCError", f"read: {RPC_DOWN}")
    assert raised(gateway, session, "connect") == ("OpenOPC.OPCError", f"Connect: {RPC_DOWN}")
    gateway.tell("server up")
    gone = raised(gateway, session, "read", "Random.Int4")
    assert gone == ("OpenOPC.OPCError", f"read: {RPC_DOWN}"), "what was connected to it stays dead"
    session.connect()
    assert session.read("Random.Int4")[1] == "Good"
    gateway.tell("lose 1")
    assert raised(gateway, session, "read", "Random.Int4", timeout=50) == (
        "OpenOPC.TimeoutError", "Callback: Timeout waiting for data")
    gateway.tell("latency 0.2")
    assert raised(gateway, session, "read", "Random.Int4", timeout=50)[0] == "OpenOPC.TimeoutError"
    begin = time.monotonic()
    assert session.read("Random.Int4", sync=True, timeout=50)[1] == "Good" and time.monotonic() - begin >= 0.2
    gateway.tell("automation off")
    assert raw_answer(gateway, "opc", "create_client")[1]["args"] == ("Dispatch: -2147221005",)


def test_steering_items_sessions_and_connections(plant):
    gateway = plant.start_opcda()
    session = open_session(gateway)
    gateway.tell("set Random.Int4 (1, (2.5, 'x'))")
    assert session.read("Random.Int4")[0] == (1, (2.5, "x"))
    for state, row in [("unknown", (None, "Error")), ("bad", ((1, (2.5, "x")), "Bad")), ("error", (None, "Error"))]:
        gateway.tell(f"tag Random.Int4 {state}")
        assert session.read("Random.Int4", sync=True)[:2] == row
    with pytest.raises(AssertionError, match="error: 'broken' is none of"):
        gateway.tell("tag Random.Int4 broken")

    gateway.tell("drop connections")
    with pytest.raises(CommunicationError):
        session.GUID()
    gateway.tell("refuse")
    with socket.socket() as caller:
        assert caller.connect_ex(("127.0.0.1", gateway.port)) != 0
    gateway.tell("listen")
    session._pyroReconnect(1)
    assert session.read("Random.Int1")[1] == "Good", "a session outlives its connection"

    assert gateway.tell("sessions") == "1"
    gateway.tell("drop session")
    with pytest.raises(DaemonError, match="unknown object"):
        session.read("Random.Int1")
    assert gateway.stop() < 1


def test_the_pool_is_full_until_someone_leaves(plant):
    gateway = plant.start_opcda("--connections", 2)
    first, second = proxy(gateway), proxy(gateway)
    first._pyroBind()
    second._pyroBind()
    with pytest.raises(CommunicationError, match="no free workers, increase server threadpool size"):
        proxy(gateway)._pyroBind()
    first._pyroRelease()
    until(lambda: gateway.stats()["connections"] == 1, "the gateway to see that one left")

    def bound():
        try:
            return proxy(gateway)._pyroBind()
        except CommunicationError:
            return False
    until(bound, "a free worker")


def test_only_accepted_serializers(plant):
    gateway = plant.start_opcda()
    for name in ("marshal", "json"):
        client = proxy(gateway)
        client._pyroSerializer = name
        with pytest.raises(CommunicationError, match="serializer that is not accepted"):
            client.get_clients()


def test_variants_differ_as_in_the_field(plant):
    old = plant.start_opcda("--variant", "openopc120")
    session = open_session(old)
    assert raised(old, session, "read", ["Random.Int4", "Nope"]) == (
        "builtins.TypeError", "argument of type 'bool' is not iterable")
    assert session.read(["Random.Int4"])[0][2] == "Good"
    assert session.GUID().endswith(f"@127.0.0.1:{old.port}")

    yq = plant.start_opcda("--variant", "yq")
    with proxy(yq) as service:
        object_id = service.create_client()
    assert re.fullmatch("obj_[0-9a-f]{32}", object_id)
    session = proxy(yq, object_id)
    assert session.connect(MATRIKON) is True and session.ping() is True
    assert raised(yq, session, "connect", "No.Such.Server") == (
        "builtins.TypeError", "cannot unpack non-iterable com_error object")
    yq.tell("lose 1")
    assert raised(yq, session, "read", "Random.Int4", timeout=1)[0] == "OpenOPC.TimeOutErrors"
    assert session.close() is True


def test_anonymous_reads_leak_until_the_client_connects_again(plant):
    gateway = plant.start_opcda("--leak")
    session = open_session(gateway)

    def seconds():
        begin = time.perf_counter()
        session.read(["Counter.Tenths"], sync=True)
        return time.perf_counter() - begin
    fresh = min(seconds() for _ in range(5))
    gateway.tell("leak on 1000000")
    session.read(["Counter.Tenths"], sync=True)
    gateway.tell("leak on")
    leaked = min(seconds() for _ in range(5))
    assert leaked > fresh + 0.01, "a million entries are looked through"
    session.connect()
    until(lambda: seconds() < leaked / 2, "a read as quick as at first")
