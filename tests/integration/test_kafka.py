"""Kafka: what the stream exports there arrives once and in order, and m2c2 archive makes files of it. The cluster is
librdkafka's mock, with real ports; the client that looks is kcat."""
import collections
import gzip
import json
import shutil
import subprocess

import pytest

from plant import BUILD, PATIENCE, Process, toml_table, until, word_job

pytestmark = [pytest.mark.skipif(not shutil.which("kcat"), reason="kcat is not there; tools/setup --test installs it"),
              pytest.mark.skipif("tsan" in str(BUILD), reason="the thread sanitizer crashes in librdkafka's C11 threads")]

TOPIC, PARTITIONS = "telemetry", 4


class Kafka(Process):
    """m2c2-test-kafka, steered over its standard input."""

    def __init__(self, folder):
        super().__init__(folder, "kafka", BUILD / "m2c2-test-kafka", 3, TOPIC, PARTITIONS, stdin=subprocess.PIPE)
        self.brokers = self.await_output(r"bootstrap servers: (\S+)\n")[1]

    def tell(self, line):
        answers = self.output().count("\nok")
        self.child.stdin.write(f"{line}\n".encode())
        self.child.stdin.flush()
        until(lambda: self.output().count("\nok") > answers, f"the answer to {line!r}: {self.output()}")

    def end(self):
        self.child.stdin.close()
        self.child.wait(PATIENCE)
        super().end()

    def messages(self):
        """All of the topic: (key, value), each partition's in its order."""
        out = subprocess.run(["kcat", "-C", "-e", "-q", "-b", self.brokers, "-t", TOPIC, "-f", r"%k\t%s\n", "-X",
                              "fetch.wait.max.ms=50"], check=True, capture_output=True, text=True, timeout=60).stdout
        return [tuple(line.split("\t", 1)) for line in out.splitlines()]

    def produce(self, first, count):
        lines = "".join(f'key-{n % 7}\t{{"n": {n}}}\n' for n in range(first, first + count))
        subprocess.run(["kcat", "-P", "-b", self.brokers, "-t", TOPIC, "-K", "\t"], input=lines, text=True, check=True,
                       timeout=60)


@pytest.fixture
def kafka(plant):
    return plant.add(Kafka(plant.folder))


HASTY = {"session.timeout.ms": "6000", "heartbeat.interval.ms": "200", "reconnect.backoff.max.ms": "200",
         "fetch.wait.max.ms": "50"}


def archiver(plant, name, *where):
    """A member of the group; it has joined, and may yet have no partition, when this returns."""
    process = plant.add(Process(plant.folder, name, BUILD / "m2c2", "archive", "--from", "kafka", *where, "--to",
                                plant.folder / "archive", "--flush-interval", "1s", "--flush-size", "4000"))
    process.await_output(r"archives topic")
    return process


def archived(plant):
    """Every line of the archive."""
    lines = []
    for path in (plant.folder / "archive").rglob("*.gz"):
        lines += gzip.decompress(path.read_bytes()).decode().splitlines()
    return [json.loads(line)["n"] for line in lines]


def counting_job(plc):
    """Each message holds one value, and the values count the polls."""
    request = word_job("press", plc.port, {"count": ("A8", 0, 1)})
    request["job"] |= {"send-data-to-stream-manager": True, "send-data-to-iot-topic": True}
    return request


def counts(kafka):
    """By key: the values that the tag had, in the order of the topic."""
    values = collections.defaultdict(list)
    for key, message in kafka.messages():
        values[key] += [entry["value"] for entry in json.loads(message)["message"]]
    return values


def test_telemetry_arrives_by_its_key_through_outages_in_order_and_without_a_hole(plant, kafka):
    plant.start_broker()
    by, plc = plant.operator(), plant.start_plc("--signal", "D0=reads")
    exporter = {"kind": "kafka", "brokers": kafka.brokers, "topic": TOPIC, "properties": {"reconnect.backoff.max.ms": "200"}}
    gateway = plant.start("up", plant.config(exporter=[exporter]))
    by.publish(counting_job(plc))
    by.expect("m2c2/job/press/count")
    until(kafka.messages, "telemetry in Kafka")
    for broker in (1, 2, -1):
        kafka.tell(f"down {broker}")
        mark = len(by.values("m2c2/job/press/count"))
        until(lambda: len(by.values("m2c2/job/press/count")) > mark + 6, "polls during the outage")
        kafka.tell(f"up {broker}")
        kafka.tell("errors NOT_ENOUGH_REPLICAS 2")
        last = by.values("m2c2/job/press/count")[-1]
        until(lambda: any(last in seen for seen in counts(kafka).values()), "what waited", 60)
    assert gateway.stop() < 5
    by_key = counts(kafka)
    assert list(by_key) == [key for key, _ in kafka.messages()][:1] and "press" in next(iter(by_key))
    seen = list(dict.fromkeys(next(iter(by_key.values()))))  # the mock knows no repeated request: a message may come twice
    assert seen == list(range(1, len(seen) + 1)) and len(seen) > 18


def test_an_archive_is_complete_and_has_each_record_once_when_a_member_is_killed(plant, kafka):
    kafka.produce(0, 3000)
    where = ["--brokers", kafka.brokers, "--topic", TOPIC, *(f"--property={key}={value}" for key, value in HASTY.items())]
    first, second = archiver(plant, "first", *where), archiver(plant, "second", *where)
    until(lambda: archived(plant), "the archive")
    second.await_output(r"this member has [1-4]")
    kafka.produce(3000, 2000)
    until(lambda: len(archived(plant)) > 3000, "more of it")
    first.kill()
    kafka.produce(5000, 1000)
    until(lambda: len(set(archived(plant))) == 6000, "all of it", 90)
    exporter = {"kind": "kafka", "brokers": kafka.brokers, "topic": TOPIC, "properties": HASTY | {"linger.ms": "5"}}
    config = plant.folder / "archiver.toml"
    config.write_text(toml_table("exporter", [exporter]))
    third = archiver(plant, "third", "--config", config)
    kafka.produce(6000, 500)
    until(lambda: len(set(archived(plant))) == 6500, "the rest", 60)
    assert second.stop() < 10 and third.stop() < 10
    assert sorted(archived(plant)) == list(range(6500))


def test_what_is_wrong_with_the_options_is_told_before_anything_runs(plant, kafka, monkeypatch):
    bare = ["archive", "--from", "kafka", "--topic", TOPIC, "--to", "archive"]
    status, said = plant.m2c2(*bare)
    assert status == 1 and "no brokers given" in said
    command = [*bare, "--brokers", kafka.brokers]
    status, said = plant.m2c2(*command, "--property", "sasl.pasword=hush")
    assert status == 1 and "did you mean sasl.password?" in said and "hush" not in said
    status, said = plant.m2c2(*command, "--property", "enable.auto.commit=true")
    assert status == 1 and "committed only once" in said
    for options, remedy in (("--flush-size=0", "up to 128 MiB"), ("--flush-size=129 MiB", "up to 128 MiB"),
                            ("--flush-interval=0s", "such as 300s"), ("--kms-key-id=k", "begins with s3://")):
        status, said = plant.m2c2(*command, options)
        assert status == 1 and remedy in said, said
    for region, place, remedy in (("", "s3://bucket", "region is missing"), ("eu-central-1", "s3://", "s3://bucket/prefix")):
        monkeypatch.setenv("AWS_REGION", region)
        monkeypatch.setenv("AWS_DEFAULT_REGION", region)
        status, said = plant.m2c2("archive", "--from", "kafka", "--topic", TOPIC, "--brokers", kafka.brokers, "--to", place)
        assert status == 1 and remedy in said, said
