"""Several job builders on one broker and one store: each request is carried out by one of them, and no version is given twice."""
import concurrent.futures
import sqlite3

import pytest

from plant import until, word_job

CREATED = "Job successfully created. Deploying the Greengrass group to the edge device."


@pytest.fixture
def start_builders(plant):
    """Builders that share the requests; each has a default group of its own, by which its jobs are known."""
    plant.start_broker(settings=["log_type notice"])  # it tells whose connection has ended
    plant.by = plant.operator()

    def start(count=2, **tables):
        builder = {"shared": True} | tables.pop("builder", {})
        return [plant.start("builder", plant.config(builder=builder | {"default-group-id": f"group-{i}"}, **tables))
                for i in range(count)]
    return start


def deploy_without_group(plant, names):
    for name in names:
        plant.by.publish(word_job(name, 5007, {"speed": ("A8", 100, 1)}))


def jobs_in_sqlite(plant):
    """(job, version, group) of every version."""
    with sqlite3.connect(plant.folder / "jobs.db") as database:
        return sorted(database.execute("SELECT jobid, version, gggroupid FROM jobs"))


def test_each_request_goes_to_one_builder_and_to_those_that_are_left(plant, start_builders):
    builders = start_builders()
    first = [f"job-{i:02}" for i in range(20)]
    deploy_without_group(plant, first)
    for name in first:
        plant.by.expect(f"m2c2/job/{name}/info", CREATED)
    stored = jobs_in_sqlite(plant)
    assert [(name, version) for name, version, _ in stored] == [(name, 1) for name in first]
    assert {group for _, _, group in stored} == {"group-0", "group-1"}, "both took part"

    builders[0].kill()
    plant.broker.await_output(r"Client \S*builder\S* closed its connection")  # what it is given until then is lost
    second = [f"late-{i:02}" for i in range(20)]
    deploy_without_group(plant, second)
    for name in second:
        plant.by.expect(f"m2c2/job/{name}/info", CREATED)
    assert {group for name, _, group in jobs_in_sqlite(plant) if name in second} == {"group-1"}


def deploy_at_once(senders, count):
    """One job, deployed `count` times without a version by several operators at once."""
    request = word_job("press", 5007, {"speed": ("A8", 100, 1)})
    request["job"]["gg-group-id"] = "factory-1"

    def send(sender):
        for _ in range(count // len(senders)):
            sender.publish(request)
    with concurrent.futures.ThreadPoolExecutor(len(senders)) as pool:
        list(pool.map(send, senders))


def assert_versions_once_each(plant, count, patience):
    answers = until(lambda: len(found := plant.by.all("m2c2/job/press/info")) >= count and found, f"{count} answers", patience)
    assert sorted(int(answer["version"]) for answer in answers) == list(range(1, count + 1))
    assert not plant.by.all("m2c2/job/press/error")
    wanted = until(lambda: (said := plant.by.all("m2c2/group/factory-1/job/press")) and said[-1]["version"] == str(count) and said[-1],
                   "the last version to be the one that is wanted")
    assert wanted["state"] == "running"


def test_a_thousand_deploys_at_once_are_versions_one_to_a_thousand(plant, start_builders):
    start_builders()
    deploy_at_once([plant.operator() for _ in range(4)], 1000)
    assert_versions_once_each(plant, 1000, 120)
    assert [version for _, version, _ in jobs_in_sqlite(plant)] == list(range(1, 1001))


@pytest.mark.slow
def test_a_thousand_deploys_are_versions_one_to_a_thousand_in_dynamodb_too(plant, dynamodb, start_builders):
    table = dynamodb.make_table(plant.folder.name, jobid="S", version="N")
    start_builders(builder={"store": f"dynamodb:{table}"}, aws={"dynamodb-endpoint": dynamodb.url})
    senders = [plant.operator() for _ in range(4)]
    for done in range(100, 1001, 100):
        dynamodb.fault("cut-answer", count=2, operation="PutItem")  # carried out, and nobody hears of it
        deploy_at_once(senders, 100)
        until(lambda done=done: len(plant.by.all("m2c2/job/press/info")) >= done, f"{done} answers", 120)
    assert_versions_once_each(plant, 1000, 120)
    items = dynamodb.read(table)
    assert sorted(item["version"] for item in items) == list(range(1001)), "the head, and each version once"
    head = next(item for item in items if item["version"] == 0)
    assert head["latest"] == 1000 and "intent" not in head
