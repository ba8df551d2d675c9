"""OPC DA jobs over a simulated OpenOPC gateway: the guide's samples, and every trouble that the way to a server has."""
import gzip
import json
import re
import time

import Pyro4
import pytest

from plant import example, free_port, until

MATRIKON = "Matrikon.OPC.Simulation.1"
PLACE = "London/floor 1/packaging/machine 1"
DEPLOYED = "Job successfully created. Deploying the Greengrass group to the edge device."
BACK = "Communication with server restored."
STAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}"
HEAD = ["_id_", "_timestamp_", "version", "site-name", "area", "process", "machine-name"]


@pytest.fixture
def hall(plant):
    """A broker, m2c2 up with an archive that is written every second, and an operator."""
    plant.start_broker()
    plant.gateway = plant.start("up", plant.config(exporter=[{"kind": "archive", "flush-interval": "1s"}]))
    plant.by = plant.operator()
    return plant


def topic(job, end):
    return f"m2c2/job/{job}/{PLACE}/{end}"


def opcda_job(port, items, interval=0.5, iterations=1, **connectivity):
    """The guide's job, named line-1, for these items alone, with its telemetry on topics."""
    request = example("opcda-deploy.json", port, job="line-1", **connectivity)
    request["job"]["send-data-to-iot-topic"] = True
    request["job"]["machine-details"]["data-parameters"] = {
        "machine-query-iterations": iterations, "machine-query-time-interval": interval,
        "attributes": [{"function": "read_tags", "address-list": items}]}
    return request


def entries(by, item, since=0):
    """Everything that line-1 told of an item on its topic, in order."""
    level = item.replace(".", "-").replace("/", "_")
    return [entry for told in by.all(topic("line-1", level), since) for entry in told["messages"]]


def values(by, item, since=0):
    return [entry["value"] for entry in entries(by, item, since)]


def errors(by, since=0):
    return [told["message"] for told in by.all(topic("line-1", "error"), since)]


def archived(plant):
    """The archive's messages, in order."""
    messages = [json.loads(line) for file in (plant.folder / "data/archive").rglob("*.gz") for line in gzip.open(file)]
    return sorted(messages, key=lambda message: message["_timestamp_"])


def running_job(plant, gateway, items, **named):
    plant.by.publish(opcda_job(gateway.port, items, **named))
    plant.by.expect(topic("line-1", "info"), "Job started.")
    until(lambda: entries(plant.by, items[0]), f"telemetry of {items[0]}")


def stopped(plant):
    mark = plant.by.mark()
    plant.by.control("stop", "line-1")
    plant.by.expect(topic("line-1", "info"), "Job stopped.", since=mark)


def assert_left_alone(gateway):
    """No session stays behind, and nothing was ever written."""
    stats = gateway.stats()
    assert stats["sessions"] == 0 and stats["creates"] == stats["closes"], stats
    assert stats["writes"] == 0, stats


def assert_said(told, message, version="1"):
    """The guide's fields in the guide's order."""
    assert list(told) == [*HEAD, "message"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", told["_id_"])
    assert re.fullmatch(STAMP, told["_timestamp_"])
    assert [told[name] for name in HEAD[2:]] == [version, "London", "floor 1", "packaging", "machine 1"]
    assert told["message"] == message


def test_the_guides_samples(hall):
    by, gateway, job = hall.by, hall.start_opcda(), "job-machine1"
    info, error = topic(job, "info"), topic(job, "error")

    def after(ask, message, where=info):
        mark = by.mark()
        ask()
        return by.expect(where, message, since=mark)

    request = example("opcda-deploy.json", gateway.port)
    assert after(lambda: by.publish(request), DEPLOYED, f"m2c2/job/{job}/info")["version"] == "1"
    assert_said(by.expect(info, "Job started."), "Job started.")

    available = f"Available server: ['{MATRIKON}', 'NoBrowse.OPC.Server.1', 'Broken.OPC.Server.1']"
    assert_said(after(lambda: by.control("push", job), re.compile("^Available")), available)

    running = f"A version of the requested '{job}' is already running. Please stop it before starting it again."
    assert_said(after(lambda: by.control("start", job, version=1), running), running)

    pulled = after(lambda: by.control("pull", job), re.compile("machine-query-iterations"))
    definition = pulled["message"]["job"]
    assert_said(pulled, pulled["message"])
    assert re.fullmatch(STAMP, definition.pop("_last-update-timestamp_")) and definition.pop("gg-group-id") == "factory-1"
    assert definition == request["job"]

    sent = until(lambda: archived(hall), "telemetry in the archive")
    assert {message["tag"] for message in sent} == {f"Random-{t}Int{n}" for t in ("", "U") for n in (1, 2, 4)}
    told = next(message for message in sent if message["tag"] == "Random-Int2")
    alias = f"{PLACE}/Random-Int2"
    assert list(told) == [*HEAD, "tag", "alias", "messages"] and told["alias"] == alias
    assert len(told["messages"]) == 6, "three iterations, and the item is in two attributes"
    for entry in told["messages"]:
        assert list(entry) == ["name", "value", "quality", "timestamp"]
        assert entry["name"] == alias and entry["quality"] == "Good" and isinstance(entry["value"], int)
        assert re.fullmatch(STAMP + r"\+00:00", entry["timestamp"])

    update = example("opcda-update.json", gateway.port)
    assert_said(after(lambda: by.publish(update), "Job updated."), "Job updated.", version="2")
    until(lambda: [m for m in archived(hall) if m["version"] == "2" and len(m["messages"]) == 2], "the new version's")

    assert_said(after(lambda: by.control("stop", job, version=2), "Job stopped."), "Job stopped.", version="2")
    already = f"Job '{job}' has already been stopped."
    assert_said(after(lambda: by.control("stop", job), already), already, version="2")
    assert by.all(error) == []
    assert not [t for t in by.topics() if "Random" in t], "by default telemetry goes to the stream alone"
    assert_left_alone(gateway)


def test_a_start_chooses_where_telemetry_goes(hall):
    by, gateway, job = hall.by, hall.start_opcda(), "job-machine1"
    request = example("opcda-deploy.json", gateway.port)
    by.publish(request)
    by.expect(topic(job, "info"), "Job started.")
    until(lambda: archived(hall), "telemetry in the archive")
    by.control("stop", job)
    by.expect(topic(job, "info"), "Job stopped.")
    mark = by.mark()
    by.control("start", job, **{"send-data-to-iot-topic": True, "send-data-to-stream-manager": False})
    told = by.expect(topic(job, "Random-Int2"), since=mark)
    assert list(told) == [*HEAD, "tag", "alias", "messages"]
    hall.gateway.stop()  # which finishes the archive
    assert told["_id_"] not in {message["_id_"] for message in archived(hall)}


def test_values_of_odd_kinds_stay_what_they_are(hall):
    gateway = hall.start_opcda()
    expected = {"Odd.NaN": "NaN", "Odd.Infinity": "Infinity", "Odd.MinusInfinity": "-Infinity", "Odd.Null": None,
                "Odd.BigInteger": 2**100, "Odd.Int8Min": -2**63, "Odd.UInt8Max": 2**64 - 1, "Odd.Smallest": 5e-324,
                "Odd.Decimal": "-79228162514264337593543950335.5", "Odd.Bytes": "ABEiM0RVZneImaq7zN3u/w==",
                "Odd.Matrix": [[1, 2, 3], [4, 5, 6]], "Odd.Empty": [], "Odd.One": [9], "Odd.Emoji": "\U0001F3ED",
                "Odd.EmptyText": "", "Odd.LongText": "x" * 10000, "Odd.Quotes": "it's \"quoted\"",
                "Odd.Newlines": "line 1\nline 2\r\n\ttab \\ back", "Odd.NonAscii": "Größe 温度 °C",
                "Odd.NulCharacter": "a\0b\x1b"}
    running_job(hall, gateway, [*expected, "Quality.Bad", "Quality.Uncertain", "Quality.Unknown", "Quality.BadNull"])
    until(lambda: entries(hall.by, "Quality.BadNull"), "the last item")
    assert {item: values(hall.by, item)[0] for item in expected} == expected
    for quality in ("Bad", "Uncertain", "Unknown"):
        assert entries(hall.by, f"Quality.{quality}")[0]["quality"] == quality
    assert [entries(hall.by, "Quality.BadNull")[0][name] for name in ("value", "quality")] == [None, "Bad"]
    assert errors(hall.by) == [], "a bad quality is passed on, and is no error"


def test_a_server_that_is_down_is_told_once_with_the_cause(hall):
    by, gateway = hall.by, hall.start_opcda()
    running_job(hall, gateway, ["Counter.Reads"])
    gateway.tell("server down")
    lost = by.expect(topic("line-1", "error"), re.compile("^Unable to read server: "))
    assert list(lost) == [*HEAD, "message", "reason"]
    assert f"OPC DA server {MATRIKON} does not answer" in lost["message"]
    assert "-2147023174 RPC server unavailable" in lost["message"]
    refused = gateway.stats()["refused"]
    until(lambda: gateway.stats()["refused"] >= refused + 2, "further attempts")
    mark = by.mark()
    gateway.tell("server up")
    by.expect(topic("line-1", "info"), BACK, since=mark)
    until(lambda: len(entries(by, "Counter.Reads", mark)) > 3, "telemetry as before")
    assert len(errors(by)) == 1 and by.expect(topic("line-1", "info"), BACK)
    stopped(hall)
    assert_left_alone(gateway)


def test_a_gateway_that_was_killed_is_found_again(hall):
    by, gateway = hall.by, hall.start_opcda(port=free_port())
    running_job(hall, gateway, ["Counter.Tenths"])
    gateway.kill()
    lost = by.expect(topic("line-1", "error"), re.compile("^Unable to read server: "))
    assert f"127.0.0.1:{gateway.port}" in lost["message"]
    mark = by.mark()
    again = hall.start_opcda(port=gateway.port)
    by.expect(topic("line-1", "info"), BACK, since=mark)
    until(lambda: entries(by, "Counter.Tenths", mark), "telemetry of the new gateway")
    assert len(errors(by)) == 1
    stopped(hall)
    assert_left_alone(again)


def test_lost_sessions_and_connections_are_made_good(hall):
    by, gateway = hall.by, hall.start_opcda()
    running_job(hall, gateway, ["Counter.Reads"])
    for what, sessions_made in [("connections", 1), ("sessions", 2)]:
        mark = by.mark()
        gateway.tell(f"drop {what}")
        by.expect(topic("line-1", "info"), BACK, since=mark)
        assert gateway.stats()["creates"] == sessions_made and gateway.stats()["sessions"] == 1
        assert len(errors(by, mark)) == 1
    assert values(by, "Counter.Reads") == list(range(1, 1 + len(values(by, "Counter.Reads")))), "no reading is lost"
    stopped(hall)
    assert gateway.stats()["sessions"] == 0


@pytest.mark.parametrize("variant", ["1.3.1", "openopc120", "yq"])
def test_one_bad_tag_of_500_costs_itself_alone(hall, variant):
    by, gateway = hall.by, hall.start_opcda("--tags", "499", "--variant", variant)
    items = [f"Bulk.Tag{n:04}" for n in range(1, 500)]
    running_job(hall, gateway, [*items[:250], "Line9.Typo", *items[250:]])
    until(lambda: all(len(entries(by, item)) >= 3 for item in (items[0], items[-1], "Line9.Typo")), "three readings")
    assert all(values(by, item)[0] % 1_000_000 == n for n, item in enumerate(items, 1)), "each value is its own item's"
    assert {entry["quality"] for entry in entries(by, "Line9.Typo")} == {"Error"}
    assert set(values(by, "Line9.Typo")) == {None}
    assert errors(by) == ["Unable to read OPC item Line9.Typo."]
    assert "m2c2 opcda browse" in by.all(topic("line-1", "error"))[0]["reason"]
    stopped(hall)
    assert_left_alone(gateway)


def test_a_gateway_without_a_free_connection_says_so(hall):
    by, gateway = hall.by, hall.start_opcda()
    others = [Pyro4.Proxy(f"PYRO:opc@127.0.0.1:{gateway.port}") for _ in range(40)]
    for other in others:
        other._pyroBind()
    by.publish(opcda_job(gateway.port, ["Random.Int2"]))
    told = by.expect(topic("line-1", "error"), "Unable to connect to the server.")
    assert "takes no further connection, for all its 40 are taken" in told["reason"]
    by.control("push", "line-1")
    assert "all its 40 are taken" in by.expect(topic("line-1", "error"), re.compile("^Failed to retrieve"))["message"]
    for other in others:
        other._pyroRelease()
    by.expect(topic("line-1", "info"), BACK)
    until(lambda: entries(by, "Random.Int2"), "telemetry")


def test_a_slow_server_costs_polls_and_nothing_else(hall):
    by, gateway = hall.by, hall.start_opcda()
    running_job(hall, gateway, ["Counter.Reads"])
    gateway.tell("latency 1.2")
    begin, before = time.monotonic(), len(entries(by, "Counter.Reads"))
    until(lambda: len(entries(by, "Counter.Reads")) >= before + 3, "telemetry at the server's pace")
    assert time.monotonic() - begin > 2
    gateway.tell("latency 0")
    until(lambda: len(entries(by, "Counter.Reads")) >= before + 8, "telemetry at the job's pace")
    assert errors(by) == []
    assert values(by, "Counter.Reads") == list(range(1, 1 + len(values(by, "Counter.Reads"))))


def test_what_was_read_is_sent_on_stop(hall):
    by, gateway = hall.by, hall.start_opcda()
    by.publish(opcda_job(gateway.port, ["Counter.Reads"], iterations=30))
    by.expect(topic("line-1", "info"), "Job started.")
    until(lambda: gateway.stats()["reads"] >= 4, "some readings")
    assert entries(by, "Counter.Reads") == []
    stopped(hall)
    until(lambda: entries(by, "Counter.Reads"), "what was read")
    assert values(by, "Counter.Reads") == list(range(1, 1 + gateway.stats()["tags"]))
    assert_left_alone(gateway)


def test_a_stop_while_a_session_is_made_leaves_none(hall):
    """Only the answer to create_client tells what there is to close."""
    by, gateway = hall.by, hall.start_opcda()
    gateway.tell("latency 0.2")

    def in_the_making(ask):
        creates = gateway.stats()["creates"]
        ask()
        until(lambda: gateway.stats()["connections"] or gateway.stats()["creates"] > creates, "a connection")

    in_the_making(lambda: by.publish(opcda_job(gateway.port, ["Random.Int2"])))
    stopped(hall)
    assert_left_alone(gateway)
    in_the_making(lambda: by.control("push", "line-1"))
    assert hall.gateway.stop() < 1
    assert_left_alone(gateway)
