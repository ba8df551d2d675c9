"""The durable stream: what was taken in comes out everywhere it has to, through kill -9, outages and a full disk."""
import gzip
import json
import random
import time

from plant import until, word_job

BOTH_WAYS = {"send-data-to-stream-manager": True, "send-data-to-iot-topic": True}


def archiving(plant, **more):
    """A configuration whose archive finishes a file each second."""
    return plant.config(exporter=[{"kind": "archive", "path": str(plant.folder / "archive"), "flush-interval": "1s"}], **more)


def archived(plant):
    """Every message of the archive's finished files, file by file in the order of their first messages."""
    files = [gzip.decompress(f.read_bytes()).decode() for f in (plant.folder / "archive").rglob("*.gz")]
    objects = [[json.loads(line) for line in text.splitlines()] for text in files]
    return [message for messages in sorted(objects, key=lambda o: o[0]["_timestamp_"]) for message in messages]


def values_of(messages):
    return [entry["value"] for message in messages for entry in message["message"]]


def counting_job(name, plc, destinations=BOTH_WAYS):
    """Each message holds one value, and the values count the polls."""
    request = word_job(name, plc.port, {"count": ("A8", 0, 1)})
    request["job"] |= destinations
    return request


def stop_job(by, name):
    mark = by.mark()
    by.control("stop", name)
    by.expect(f"m2c2/job/{name}/info", "Job stopped.", since=mark)


def test_kill_9_loses_nothing_that_was_taken_in_and_archives_each_message_once(plant):
    """Five kills: the archive and the topic have the same messages; a hole is only what was polled just before a kill
    and not yet taken in; the archive has no message twice, and a message that the topic has twice is the same."""
    plant.start_broker()
    by, plc, config = plant.operator(), plant.start_plc("--signal", "D0=reads"), archiving(plant)
    plant.start("builder")
    gateway = plant.start("gateway", config)
    topic, chance, kills = "m2c2/job/press/count", random.Random(20260101), []
    by.publish(counting_job("press", plc))
    for _ in range(5):
        before = len(by.values(topic))
        until(lambda: len(by.values(topic)) > before + 2, "telemetry")
        time.sleep(chance.uniform(0, 0.6))
        kills.append(by.values(topic)[-1])
        gateway.kill()
        gateway = plant.start("gateway", config)
    before = len(by.values(topic))
    until(lambda: len(by.values(topic)) > before + 2, "telemetry after the last kill")
    stop_job(by, "press")
    gateway.stop()
    in_archive, on_topic = archived(plant), by.all(topic)
    assert len({m["_id_"] for m in in_archive}) == len(in_archive)
    assert len({json.dumps(m) for m in on_topic}) == len({m["_id_"] for m in on_topic})
    assert sorted(m["_id_"] for m in in_archive) == sorted({m["_id_"] for m in on_topic})
    values = values_of(in_archive)
    assert values[0] == 1 and values == sorted(set(values))
    holes = [(a, b) for a, b in zip(values, values[1:]) if b != a + 1]
    assert len(holes) <= len(kills) and all(b - a <= 3 for a, b in holes), (holes, kills)
