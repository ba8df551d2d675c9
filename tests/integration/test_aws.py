"""Kinesis, S3 and DynamoDB: a gateway that holds nothing but its certificate, before emulators that verify every signature,
throttle, fail, stall and cut."""
import gzip
import json
import os
import re

import pytest

from plant import example, until, word_job

TAGS = {f"tag{i}": ("A8", 100 + i, 1) for i in range(20)}


@pytest.fixture
def line(plant, cloud, monkeypatch):
    """A gateway with a certificate, its jobs in a table, its telemetry to a data stream and a bucket, all named for the story."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    plant.stream, plant.bucket = plant.folder.name.replace("_", "-"), plant.folder.name.replace("_", "-").lower()
    cloud.kinesis.make_stream(plant.stream, shards=2)
    cloud.s3.make_bucket(plant.bucket)
    plant.table = cloud.dynamodb.make_table(plant.stream, jobid="S", version="N")
    plant.start_broker()
    plant.exporters = [{"kind": "kinesis", "stream-name": plant.stream, "flush-interval": "100ms"},
                       {"kind": "archive", "path": f"s3://{plant.bucket}/raw", "flush-interval": "1s"}]
    cloud.start_iot(plant.folder)
    plant.settings = plant.config(aws=cloud.config(), exporter=plant.exporters,
                                  builder={"store": f"dynamodb:{plant.table}"})
    plant.by = plant.operator()
    return plant


def in_kinesis(plant, cloud):
    """(partition key, message) of everything in the data stream, in order per shard; each record is whole lines of JSON."""
    messages = []
    for record in cloud.kinesis.read(plant.stream):
        assert record["data"].endswith(b"\n"), record
        messages += [(record["key"], json.loads(line)) for line in record["data"].splitlines()]
    return messages


def in_bucket(plant, cloud):
    objects = cloud.s3.read(plant.bucket, "raw/")
    pattern = r"raw/\d{4}/\d\d/\d\d/\d\d/m2c2-stream-1-[\d-]{19}-[0-9a-f-]{36}\.gz"
    assert all(re.fullmatch(pattern, key) for key in objects), list(objects)
    return [json.loads(line) for found in objects.values() for line in gzip.decompress(found["body"]).splitlines()]


def sent(plant, job):
    """`_id_` of each message that job has on its topics, by tag."""
    return {tag: [message["_id_"] for message in plant.by.all(f"m2c2/job/{job}/{tag}")] for tag in TAGS}


def deploy(plant, plc, name="press"):
    request = word_job(name, plc.port, TAGS, interval=0.5)
    request["job"]["send-data-to-stream-manager"] = True
    plant.by.publish(request)
    plant.by.expect(f"m2c2/job/{name}/tag0")


def firsts(items):
    """Each item where it came first."""
    return list(dict.fromkeys(items))


def assert_everything_arrived(plant, cloud, job="press"):
    """After stop: what went to topics is in the data stream and in the bucket, nothing lost, in its order per tag."""
    plant.by.control("stop", job)
    plant.by.expect(f"m2c2/job/{job}/info", re.compile("Stopped|stopped"))
    wanted = sent(plant, job)
    count = sum(map(len, wanted.values()))
    until(lambda: len({m["_id_"] for _, m in in_kinesis(plant, cloud)}) >= count, "everything in the data stream", 60)
    until(lambda: len(in_bucket(plant, cloud)) >= count, "everything in the bucket", 60)
    came = {tag: [] for tag in TAGS}
    for key, message in in_kinesis(plant, cloud):
        assert key.endswith(message["tag"])
        came[message["tag"]].append(message["_id_"])
    assert {tag: firsts(ids) for tag, ids in came.items()} == wanted
    archived = [message["_id_"] for message in in_bucket(plant, cloud)]
    assert sorted(archived) == sorted(i for ids in wanted.values() for i in ids), "each once in the archive"
    return came


def test_the_guides_job_needs_nothing_but_a_certificate(line, cloud):
    line.start("up", line.settings)
    gateway = line.start_opcda()
    line.by.publish(example("opcda-deploy.json", gateway.port))
    until(lambda: len({key for key, _ in in_kinesis(line, cloud)}) >= 3, "telemetry in the data stream")
    until(lambda: len(in_bucket(line, cloud)) >= 3, "telemetry in the bucket")
    for key, message in in_kinesis(line, cloud):
        assert key == message["alias"], (key, message)
    [version] = [item for item in cloud.dynamodb.read(line.table) if item["version"] == 1]
    assert version["jobid"] == "job-machine1" and version["protocol"] == "opcda", version
    for service in (cloud.kinesis, cloud.s3, cloud.dynamodb):
        assert service.stats()["errors"] == {}


# What goes wrong, until heal() or up().
FAULTS = {
    "throttled": lambda service: service.fault("throttle"),
    "failing": lambda service: service.fault("error", status=500),
    "refusing connections": lambda service: service.down(),
    "cutting requests": lambda service: service.fault("cut-request", after=300),
    "cutting answers": lambda service: service.fault("cut-answer", after=10),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_service_in_trouble_costs_nothing_but_time(line, cloud, fault):
    plc = line.start_plc()
    line.start("up", line.settings)
    deploy(line, plc)
    until(lambda: in_kinesis(line, cloud), "telemetry before the trouble")
    FAULTS[fault](cloud.kinesis)
    FAULTS[fault](cloud.s3)
    troubled = lambda service: service.stats()["errors"] or fault.startswith("refusing")
    until(lambda: troubled(cloud.kinesis) and troubled(cloud.s3), "the trouble to be felt")
    mark = line.by.mark()
    until(lambda: len(line.by.all("m2c2/job/press/tag0", mark)) >= 10, "the topic to go on meanwhile")
    for service in (cloud.kinesis, cloud.s3):
        service.up() if fault.startswith("refusing") else service.heal()
    assert_everything_arrived(line, cloud)


def test_only_the_records_that_a_shard_refused_are_sent_again(line, cloud):
    plc = line.start_plc()
    line.start("up", line.settings)
    cloud.kinesis.fault("partial", every=2)
    deploy(line, plc)
    until(lambda: cloud.kinesis.stats()["errors"] and len(sent(line, "press")["tag0"]) >= 10, "records refused")
    cloud.kinesis.heal()
    came = assert_everything_arrived(line, cloud)
    assert came == sent(line, "press"), "none came twice"


@pytest.mark.slow
def test_a_stalled_service_is_told_once_and_holds_up_no_other(line, cloud):
    plc = line.start_plc()
    gateway = line.start("up", line.settings)
    deploy(line, plc)
    cloud.kinesis.fault("stall")
    told = line.by.expect("m2c2/job/error", re.compile("kinesis"), patience=60)
    assert "does not answer" in told["message"], told
    assert len(in_bucket(line, cloud)) > len(TAGS) * 10, "the archive went on"
    cloud.kinesis.heal()
    line.by.expect("m2c2/job/info", re.compile("kinesis"), patience=60)
    cloud.kinesis.fault("stall")
    until(lambda: cloud.kinesis.stats()["errors"], "a request that stalls")
    assert gateway.stop() < 5, "a stop waits for no answer"
    cloud.kinesis.heal()
    line.start("up", line.settings)
    assert [m["message"] for m in line.by.all("m2c2/job/error")] == [told["message"]]
    assert_everything_arrived(line, cloud)


def test_credentials_that_end_are_fetched_again(line, cloud):
    plc = line.start_plc()
    line.start("up", line.settings)
    deploy(line, plc)
    until(lambda: in_kinesis(line, cloud), "telemetry before")
    cloud.expire()
    until(lambda: cloud.kinesis.stats()["errors"], "a refusal")
    assert_everything_arrived(line, cloud)
    assert line.by.all("m2c2/job/error") == []


@pytest.mark.parametrize("seconds", [-7200, 7200])
def test_a_wrong_clock_is_told_and_signed_around(line, cloud, seconds):
    plc = line.start_plc()
    cloud.clock(seconds)
    gateway = line.start("up", line.settings)
    deploy(line, plc)
    assert_everything_arrived(line, cloud)
    warnings = re.findall(rf"clock is 7[12]\d\d s {'slow' if seconds > 0 else 'fast'}", gateway.output())
    assert len(warnings) == 3, "once for each service"


def test_a_role_without_permission_is_told_with_the_remedy(line, cloud):
    plc = line.start_plc()
    line.start("up", line.settings)
    cloud.kinesis.fault("denied")
    deploy(line, plc)
    told = line.by.expect("m2c2/job/error", re.compile("kinesis"), patience=60)
    assert "policy" in told["message"], told
    cloud.kinesis.heal()
    assert_everything_arrived(line, cloud)


def test_a_gateway_that_is_killed_loses_nothing(line, cloud):
    plc = line.start_plc()
    line.start("builder", line.settings)
    gateway = line.start("gateway", line.settings)
    deploy(line, plc)
    for _ in range(3):
        count = len(in_kinesis(line, cloud))
        until(lambda: len(in_kinesis(line, cloud)) > count, "telemetry")
        gateway.kill()
        gateway = line.start("gateway", line.settings)
    assert_everything_arrived(line, cloud)


@pytest.mark.parametrize("role", ["container", "instance"])
def test_a_role_gives_credentials_as_well(plant, cloud, monkeypatch, role):
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    variables = cloud.container_environment() if role == "container" else cloud.instance_environment()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    plant.stream = cloud.kinesis.make_stream(f"by-{role}")
    plant.start_broker()
    plant.start("up", plant.config(aws=cloud.config(), exporter=[{"kind": "kinesis", "stream-name": plant.stream}]))
    plant.by = plant.operator()
    deploy(plant, plant.start_plc())
    until(lambda: in_kinesis(plant, cloud), "telemetry in the data stream")
    assert cloud.kinesis.stats()["errors"] == {}
