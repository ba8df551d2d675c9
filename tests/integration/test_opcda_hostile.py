"""An OpenOPC gateway that turns on its client, against the running program: each attack is told once in words that help,
costs no memory and no poll of another job, and is over once the gateway is honest again."""
import datetime
import pathlib
import re

import pytest

import hostile_gateway as pyro
from hostile_gateway import HostileGateway
from plant import BUILD, Plant, example, until, word_job

PLACE = "London/floor 1/packaging/machine 1"
BACK = "Communication with server restored."
SANITIZED = re.search("asan|tsan", str(BUILD))
MOST_GROWTH_MIB = 8
EVERY = 0.5  # seconds between polls of the bystander


def sends(value, **different):
    return lambda connection, request: connection.sendall(pyro.frame(request, value, **different))


def bytes_without_end(connection, request):
    connection.sendall(pyro.header(request, 3 << 20) + b"[")
    while True:
        connection.sendall((pyro.row("Line.Speed") + ",").encode() * 1000)


def frames_without_end(connection, request):
    while True:
        connection.sendall(pyro.frame(request, "[" + pyro.row("Line.Speed") + "]") * 100)


def two_gibibytes(connection, request):
    connection.sendall(pyro.header(request, 0x7FFFFFFF) + bytes(1 << 20))


def zip_bomb(connection, request):
    data = pyro.bomb()
    connection.sendall(pyro.header(request, len(data), flags=pyro.COMPRESSED) + data)


def half_and_silence(connection, request):
    connection.sendall(pyro.frame(request, "[" + pyro.row("Line.Speed") + "]")[:60])


def half_and_close(connection, request):
    half_and_silence(connection, request)
    raise ConnectionError


def garbage(connection, _request):
    connection.sendall(b"\x00\xff\xfe\x01" * 100_000)


def of_another_sequence(connection, request):
    connection.sendall(pyro.frame(request, "[" + pyro.row("Line.Speed") + "]", sequence=request.sequence + 7))




def exception(*arguments):
    return sends(repr({"__class__": "builtins.Exception", "__exception__": True, "args": arguments, "attributes": {}}),
                 flags=pyro.EXCEPTION)


MILLION_ITEMS = "[" + "'a'," * 1_000_000 + "]"
TWICE = "[" + (pyro.row("Line.Speed") + ",") * 2 + "]"

# At which call, what, and what the operator is told of it.
ATTACKS = {
    "bytes without end": ("read", bytes_without_end, "more rows than items"),
    "frames without end": ("read", frames_without_end, "answers another question"),
    "2 GiB announced": ("read", two_gibibytes, "longer than the limit"),
    "zip bomb": ("read", zip_bomb, "longer than the limit"),
    "zip bomb at once": ("handshake", zip_bomb, "longer than the limit"),
    "deep nesting": ("read", sends("[" * 100_000), "expected a tuple.*variant of OpenOPC"),
    "deep nesting of a value": ("read", sends("[('Line.Speed'," + "[" * 100_000), "nested deeper than the limit"),
    "half a frame and silence": ("read", half_and_silence, "did not answer 'read' within 10 s.*restart"),
    "half a frame and the end": ("read", half_and_close, "closed the connection at 'read'"),
    "another sequence": ("read", of_another_sequence, "answers another question"),
    "another type": ("read", sends("'pong'", kind=pyro.PING), "answers something else"),
    "another serializer": ("read", sends("[]", serializer=pyro.JSON), "not in serpent.*PYRO_SERIALIZERS_ACCEPTED"),
    "garbage as handshake": ("handshake", garbage, "hex 00FFFE01.*no Pyro; check that machine-ip"),
    "a dict for a list": ("read", sends("{'Line.Speed':1}"), "answered 'read' with something else.*expected a list"),
    "a dict for a session": ("create_client", sends("{'a':1}"), "no object in it"),
    "a row too many": ("read", sends(TWICE), "more rows than items"),
    "a row too few": ("read", sends("[]"), "fewer rows than items"),
    "a million items": ("list", sends(MILLION_ITEMS), "answered 'list'.*more values than the limit"),
    "an exception of 3 MB": ("read", exception("x" * 3_000_000), "longer than the limit"),
    "a wordy exception": ("read", exception("x" * 200_000), "'read': Exception: x+ …; check OPC DA server"),
    "an exception of 50,000 values": ("read", exception(*[1] * 50_000), "more values than the limit"),
}


def topic(job, end):
    return f"m2c2/job/{job}/{PLACE}/{end}"


@pytest.fixture(scope="module")
def hall(tmp_path_factory):
    """m2c2 up with a healthy job on a PLC, for all attacks one after the other."""
    plant = Plant(tmp_path_factory.mktemp("hall"))
    plant.start_broker()
    plant.gateway = plant.start("up")
    plant.by = plant.operator()
    plc = plant.start_plc()
    plant.by.publish(word_job("bystander", plc.port, {"w": ("A8", 0, 1)}, interval=EVERY))
    plant.by.expect("m2c2/job/bystander/w")
    yield plant
    plant.end()


def job_on(gateway, name, reads_a_list):
    request = example("opcda-deploy.json", gateway.port, job=name)
    request["job"]["send-data-to-iot-topic"] = True
    attribute = {"function": "read_list", "address-list": ["Line.*"]} if reads_a_list else {
        "function": "read_tags", "address-list": pyro.ITEMS[:1]}
    request["job"]["machine-details"]["data-parameters"] = {
        "machine-query-iterations": 1, "machine-query-time-interval": 0.5, "attributes": [attribute]}
    return request


class Memory:
    """How far a process went above what it holds now."""

    def __init__(self, process):
        self._proc = pathlib.Path(f"/proc/{process.child.pid}")
        (self._proc / "clear_refs").write_text("5")  # forgets the peak
        self._before = self._mib("VmRSS")

    def growth(self):
        return self._mib("VmHWM") - self._before

    def _mib(self, what):
        return int((self._proc / "status").read_text().split(f"{what}:")[1].split()[0]) / 1024


def assert_missed_no_poll(by, since):
    at = [datetime.datetime.fromisoformat(entry["timestamp"]) for told in by.all("m2c2/job/bystander/w", since)
          for entry in told["message"]]
    gaps = [(b - a).total_seconds() for a, b in zip(at, at[1:])]
    assert gaps and max(gaps) < 1.5 * EVERY, gaps


@pytest.mark.parametrize("kind", ATTACKS)
def test_a_hostile_gateway_costs_nothing_but_an_error(hall, kind):
    method, attack, told = ATTACKS[kind]
    by, gateway, name = hall.by, hall.add(HostileGateway()), re.sub(r"\W", "-", kind)
    telemetry, mark = topic(name, "Line-Speed"), by.mark()
    request = job_on(gateway, name, method == "list")
    if method != "read":
        gateway.attack_at(method, attack)
    by.publish(request)
    if method == "read":
        by.expect(telemetry)
    memory = Memory(hall.gateway)
    gateway.attack_at(method, attack)

    error = by.expect(topic(name, "error"))
    assert re.search(told, error["reason"]) and f"127.0.0.1:{gateway.port}" in error["reason"], error
    assert len(error["reason"]) < 1000
    if attack is not half_and_silence:
        until(lambda: gateway.attacks > 1, "another attempt")
    assert SANITIZED or memory.growth() < MOST_GROWTH_MIB

    gateway.be_honest()
    by.expect(topic(name, "info"), BACK)
    honest = by.mark()
    by.expect(telemetry, since=honest)
    assert len(by.all(topic(name, "error"))) == 1, "told once"
    by.control("stop", name)
    by.expect(topic(name, "info"), "Job stopped.")
    assert_missed_no_poll(by, mark)
