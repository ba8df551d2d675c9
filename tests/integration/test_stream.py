"""The durable stream: what was taken in comes out everywhere it has to, through kill -9, outages and a full disk."""
import collections
import gzip
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import time
from datetime import datetime, timedelta, timezone

import pytest

from plant import BUILD, Broker, Process, free_port, until, word_job

SANITIZED = re.search("asan|tsan", str(BUILD))
BLOCK = 960  # words of a read, each of five digits
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


def heavy_job(name, plc, tags, destinations=BOTH_WAYS, interval=0.5, prefix="b"):
    """A message of 6 KiB for each tag and poll; its first value counts the reads of that block by any job."""
    request = word_job(name, plc.port, {f"{prefix}{i}": ("A8", 1000 * i, BLOCK) for i in range(tags)}, interval)
    request["job"] |= destinations
    return request


def heavy_plc(plant, tags):
    still = ",".join(["54321"] * (BLOCK - 1))
    return plant.start_plc(*[option for i in range(tags) for option in (
        "--set", f"D{1000 * i + 1}={still}", "--signal", f"D{1000 * i}=reads")])


def lags(plant, config):
    """What each exporter has before it, as m2c2 stream show says."""
    status, output = plant.m2c2("stream", "show", "--config", config)
    assert status == 0 and re.search(r"Stream [0-9a-f-]{36}: ", output), output
    return {row.split()[0]: int(row.split()[2]) for row in output.split("lost\n")[1].splitlines()}


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
    until(lambda: {m["_id_"] for m in archived(plant)} == {m["_id_"] for m in by.all(topic)}, "the archive to be complete")
    gateway.stop()
    in_archive, on_topic = archived(plant), by.all(topic)
    assert len({m["_id_"] for m in in_archive}) == len(in_archive)
    assert len({json.dumps(m) for m in on_topic}) == len({m["_id_"] for m in on_topic})
    assert sorted(m["_id_"] for m in in_archive) == sorted({m["_id_"] for m in on_topic})
    values = values_of(in_archive)
    assert values[0] == 1 and values == sorted(set(values))
    holes = [(a, b) for a, b in zip(values, values[1:]) if b != a + 1]
    assert len(holes) <= len(kills) and all(b - a <= 3 for a, b in holes), (holes, kills)


def test_show_and_read_look_into_a_stream_whose_gateway_runs_or_not(plant):
    """Both commands leave a running gateway alone, and give its messages; afterwards they give the same ones."""
    plant.start_broker()
    by, plc, config = plant.operator(), plant.start_plc("--signal", "D0=reads"), plant.config()
    gateway = plant.start("up", config)
    by.publish(counting_job("press", plc))  # the archive holds them for five minutes, so they stay in the stream
    until(lambda: len(by.values("m2c2/job/press/count")) >= 3, "telemetry")

    def read(*options):
        status, output = plant.m2c2("stream", "read", *options)
        assert status == 0, output
        return [json.loads(line) for line in output.splitlines()]

    running = read("--config", config)
    assert lags(plant, config)["topic"] <= 1 and lags(plant, config)["archive"] >= 3
    gateway.stop()
    stopped = read(plant.folder / "data" / "stream")
    after = lags(plant, config)
    assert after["topic"] == 0 and after["archive"] <= 1
    assert stopped[:len(running)] == running and [r["number"] for r in stopped] == list(range(len(stopped)))
    assert values_of(r["message"] for r in stopped) == list(range(1, len(stopped) + 1))
    assert {r["topic"] for r in stopped} == {"m2c2/job/press/count"}
    assert read("--config", config, "--from", 1, "--count", 2) == stopped[1:3]
    for other in (plant.folder, plant.folder / "nowhere"):
        status, output = plant.m2c2("stream", "show", other)
        assert status == 1 and "give the folder stream/" in output


def test_a_second_gateway_on_the_same_folder_is_refused(plant):
    """It says which folder, and what to do; the first one goes on."""
    plant.start_broker()
    by, plc, config = plant.operator(), plant.start_plc("--signal", "D0=reads"), plant.config()
    plant.start("up", config)
    by.publish(counting_job("press", plc))
    by.expect("m2c2/job/press/count")
    status, output = plant.m2c2("gateway", "--config", config)
    assert status == 1
    assert re.search(r"data/stream is in use by another process; stop that one, or give this one a folder", output), output
    seen = len(by.values("m2c2/job/press/count"))
    until(lambda: len(by.values("m2c2/job/press/count")) > seen + 1, "telemetry")


def test_a_stop_under_load_takes_less_than_a_second(plant):
    """80 messages of 6 KiB each half second to topic and archive: the stop is clean and quick, and what was polled is on
    the topic or in the stream, but for a last poll of each job."""
    plant.start_broker()
    by, plc, config = plant.operator(), heavy_plc(plant, 10), archiving(plant)
    gateway = plant.start("up", config)
    names = [f"press-{i}" for i in range(8)]
    for name in names:
        by.publish(heavy_job(name, plc, 10))
    for name in names:
        by.expect(f"m2c2/job/{name}/b9")
    time.sleep(1)  # under load
    took = gateway.stop()
    assert SANITIZED or took < 1
    kept = [json.loads(line) for line in plant.m2c2("stream", "read", "--config", config)[1].splitlines()]
    for tag in (f"b{i}" for i in range(10)):
        seen = {value[0] for name in names for value in by.values(f"m2c2/job/{name}/{tag}")}
        seen |= {value[0] for r in kept if r["topic"].endswith(f"/{tag}") for value in values_of([r["message"]])}
        missing = set(range(1, max(seen) + 1)) - seen
        assert len(missing) <= len(names) and all(value > max(seen) - 2 * len(names) for value in missing), (tag, missing)


def test_a_message_that_the_broker_does_not_take_is_set_aside_and_the_others_flow(plant):
    """This broker ends the connection over a message of more than 4 KiB: it goes into the dead letters with its payload,
    the messages before and after it arrive without a hole, and the operator hears of it."""
    plant.start_broker(settings=["max_packet_size 4096"])
    by, plc = plant.operator(), heavy_plc(plant, 1)
    count = plant.start_plc("--signal", "D0=reads")
    gateway = plant.start("up")
    by.publish(counting_job("press", count))
    by.expect("m2c2/job/press/count")
    by.publish(heavy_job("heavy", plc, 1, interval=30))
    letters = plant.folder / "data" / "dead-letters" / "topic.ndjson"
    until(letters.exists, "dead letters", 120)
    before = len(by.values("m2c2/job/press/count"))
    until(lambda: len(by.values("m2c2/job/press/count")) > before + 10, "telemetry", 60)
    counts = list(dict.fromkeys(by.values("m2c2/job/press/count")))  # at least once: a message may come twice
    assert counts == list(range(1, len(counts) + 1))
    letter = json.loads(letters.read_text().splitlines()[0])
    payload = json.loads(letter["payload"])
    assert (letter["exporter"], letter["topic"], letter["_id_"]) == ("topic", "m2c2/job/heavy/b0", payload["_id_"])
    assert payload["message"][0]["value"][:2] == [1, 54321]
    by.expect("m2c2/job/error", re.compile("set aside by exporter topic.*dead-letters"))
    gateway.stop()


def test_dead_letters_that_cannot_be_written_are_told_and_hold_up_no_stop(plant):
    """A file stands where their folder would be: the operator hears why the topic stands still, the log too, and a stop
    is quick. With the file gone the message is set aside and the others come without a hole."""
    plant.start_broker(settings=["max_packet_size 4096"])
    by, plc = plant.operator(), heavy_plc(plant, 1)
    count, config = plant.start_plc("--signal", "D0=reads"), archiving(plant)
    letters = plant.folder / "data" / "dead-letters"
    letters.parent.mkdir()
    letters.touch()
    gateway = plant.start("up", config)
    by.publish(counting_job("press", count))
    by.expect("m2c2/job/press/count")
    by.publish(heavy_job("heavy", plc, 1, {"send-data-to-iot-topic": True}, interval=30))
    by.expect("m2c2/job/error", re.compile("Exporter topic cannot deliver: .*dead-letters"), patience=120)
    assert re.search("warning exporter topic: .*dead-letters", gateway.output())
    took = gateway.stop()
    assert SANITIZED or took < 1
    letters.unlink()
    gateway = plant.start("up", config)
    until((letters / "topic.ndjson").exists, "dead letters", 120)
    before = len(by.values("m2c2/job/press/count"))
    until(lambda: len(by.values("m2c2/job/press/count")) > before + 10, "telemetry", 60)
    assert not holes_of(by.values("m2c2/job/press/count"))
    gateway.stop()


def rss_mib(process):
    return int(pathlib.Path(f"/proc/{process.child.pid}/status").read_text().split("VmRSS:")[1].split()[0]) / 1024


def holes_of(values):
    """What is missing from 1 to the greatest."""
    return sorted(set(range(1, max(values) + 1)) - set(values))


@pytest.mark.parametrize("seconds", [10, pytest.param(60, marks=pytest.mark.slow)])
def test_a_broker_that_is_away_costs_disk_and_no_memory_and_no_message(plant, seconds):
    """kill -9 of gateway and broker; the gateway starts without one and takes in 1 MB a second. All of it arrives once
    a broker is there again, while polling goes on; what is missing are last polls before the kill."""
    plant.start_broker()
    by, plc, config, names = plant.operator(), heavy_plc(plant, 10), plant.config(), [f"heavy-{i}" for i in range(8)]
    plant.start("builder")
    gateway = plant.start("gateway")
    for name in names:
        by.publish(heavy_job(name, plc, 10, {"send-data-to-iot-topic": True}))
    for name in names:
        by.expect(f"m2c2/job/{name}/b9")
    gateway.kill()
    by.publish("end", "m2c2/story/end")
    by.expect("m2c2/story/end")  # all that the broker has acknowledged is here
    plant.broker.kill()
    gateway = plant.add(Process(plant.folder, "gateway-alone", BUILD / "m2c2", "gateway", "--config", config))
    time.sleep(3)  # it polls with nobody to tell
    memory = rss_mib(gateway)
    time.sleep(seconds - 3)
    grown = rss_mib(gateway) - memory
    gateway.child.send_signal(signal.SIGSTOP)  # so that the operator is there before it
    plant.add(Broker(plant.folder, plant.broker.port))
    late = plant.operator()
    gateway.child.send_signal(signal.SIGCONT)
    later = (datetime.now(timezone.utc) + timedelta(seconds=2)).strftime("%Y-%m-%d %H:%M:%S.%f")
    last = [f"m2c2/job/{name}/b9" for name in names]
    until(lambda: all(m["_timestamp_"] > later for t in last for m in late.all(t)[-1:] or [{"_timestamp_": ""}]),
          "the backlog to be drained", 90)
    assert SANITIZED or grown < 6, grown
    for tag in (f"b{i}" for i in range(10)):
        seen = [value[0] for name in names for who in (by, late) for value in who.values(f"m2c2/job/{name}/{tag}")]
        assert max(seen) > len(names) * 2 * (seconds - 2) / 2
        holes = holes_of(seen)
        assert len(holes) <= 2 * len(names) and (not holes or holes[-1] - holes[0] < 4 * len(names)), (tag, holes)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_loses_what_it_must_tells_it_once_and_counts_it(plant):
    """A stream on a disk of 8 MiB that something else fills while 2 MB a second come in: first the memory of 16 MiB takes
    them, then they are lost. Every value polled is in the archive or counted as rejected; the loss is told when it
    begins and when it is over, which is when there is room again."""
    disk = plant.folder / "data" / "stream"
    disk.mkdir(parents=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "m2c2-story", disk]).returncode != 0:
        pytest.skip("no small disk can be mounted here")
    try:
        fill_the_disk(plant, disk)
    finally:
        plant.end()
        subprocess.run(["umount", disk], check=True)


def ask(by):
    """What the status says of the stream now: it is told when jobs come and go, and this one finds no machine."""
    mark = by.mark()
    by.publish(word_job("asking", free_port(), {"x": ("A8", 0, 1)}))
    def told():
        return [s["stream"] for s in by.all("m2c2/group/factory-1/status", mark) if "asking" in s.get("jobs", [])]
    stream = until(told, "a status")[0]
    stop_job(by, "asking")
    return stream


def fill_the_disk(plant, disk):
    plant.start_broker()
    by, names = plant.operator(), [f"heavy-{i}" for i in range(16)]
    plant.start("up", config := archiving(plant, stream={"max-size": "10 MiB"}))
    to_stream = {"send-data-to-stream-manager": True, "send-data-to-iot-topic": False}
    for name in names:  # a PLC each, so that a poll that a stop cuts short is no hole but the end of its tags
        by.publish(heavy_job(name, heavy_plc(plant, 10), 10, to_stream, prefix=f"{name}-"))
    for name in names:
        by.expect(f"m2c2/job/{name}/info", "Job started.")
    until(lambda: archived(plant), "the archive")
    with (disk / "filler").open("wb", buffering=0) as filler:
        def lost():
            try:
                while True:  # also what the stream gives back meanwhile
                    filler.write(bytes(4096))
            except OSError:
                return by.all("m2c2/job/error")
        told = until(lost, "the loss to be told", 90)
        in_trouble = ask(by)
    (disk / "filler").unlink()
    by.expect("m2c2/job/info", re.compile("No more messages are not taken into the stream"), patience=90)
    for name in names:
        stop_job(by, name)
    stats = ask(by)
    until(lambda: lags(plant, config)["archive"] == 0, "the archive to be complete", 60)
    losses = by.all("m2c2/job/error")
    assert "make room on that disk" in in_trouble["trouble"] and in_trouble["rejected"] > 0 and "trouble" not in stats
    assert len(losses) == len(told) == 1 and "not taken into the stream" in losses[0]["message"], losses
    seen = collections.defaultdict(set)
    for message in archived(plant):
        seen[message["tag"]].add(message["message"][0]["value"][0])
    holes = sum(len(holes_of(values)) for values in seen.values())
    assert holes == stats["rejected"], (holes, stats)


def test_a_loss_is_told_by_the_gateway_that_has_it_and_not_at_the_next_start(plant):
    plant.start_broker()
    by, name, small = plant.operator(), "heavy", {"max-size": "256 KiB"}
    (plant.folder / "archive").write_text("no folder")
    gateway = plant.start("up", archiving(plant, stream=small))
    by.publish(heavy_job(name, heavy_plc(plant, 10), 10, {"send-data-to-stream-manager": True}))
    by.expect("m2c2/job/error", re.compile("messages are lost to exporter archive so far"), patience=30)
    stop_job(by, name)
    gateway.stop()
    (plant.folder / "archive").unlink()
    mark = by.mark()
    plant.start("up", config := archiving(plant, stream=small))
    until(lambda: lags(plant, config)["archive"] == 0, "the archive to be complete", 30)
    ask(by)  # twice, for that takes longer than a look at what is lost
    assert ask(by)["exporters"]["archive"]["lost"] == 0
    assert not [told for told in by.all("m2c2/job/error", mark) if "lost to exporter" in told["message"]]


@pytest.mark.slow
def test_a_gateway_with_a_large_backlog_is_up_within_a_second(plant):
    """300 MiB wait for both exporters: the start reads no more of them than it must, and then they flow."""
    if not (BUILD / "m2c2-bench-stream").exists():
        pytest.skip("the benchmark that makes the backlog is not built: M2C2_BENCH")
    plant.start_broker()
    folder, config = plant.folder / "data" / "stream", plant.config()
    subprocess.run([BUILD / "m2c2-bench-stream", "--folder", folder, "--fill", "300"], check=True)
    begin = time.monotonic()
    gateway = plant.add(Process(plant.folder, "gateway", BUILD / "m2c2", "gateway", "--config", config))
    gateway.await_output("is up;")
    assert time.monotonic() - begin < 1
    there = lags(plant, config)["topic"]
    assert there > 300_000
    until(lambda: lags(plant, config)["topic"] < there - 1000, "deliveries")
