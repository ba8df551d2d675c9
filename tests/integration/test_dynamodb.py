"""The job store in DynamoDB, before an emulator that verifies every signature and misbehaves on command."""
import os
import re
import subprocess

import pytest

from plant import BUILD, until, word_job

CREATED = "Job successfully created. Deploying the Greengrass group to the edge device."


def test_it_keeps_what_every_job_store_owes_the_builder(dynamodb):
    program = BUILD / "m2c2_store_dynamodb_live_test"
    if not program.exists():
        pytest.skip("built without unit tests")
    done = subprocess.run([program], env=os.environ | {"M2C2_DYNAMODB_ENDPOINT": dynamodb.url}, text=True, timeout=300,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout[-8000:]


@pytest.fixture
def builder(plant, dynamodb):
    """A builder whose table is named for the story, and how to start another on it."""
    plant.start_broker()
    plant.by = plant.operator()
    plant.table = plant.folder.name
    settings = plant.config(builder={"store": f"dynamodb:{plant.table}"}, aws={"dynamodb-endpoint": dynamodb.url})
    plant.start_builder = lambda: plant.start("builder", settings)
    return plant


def deploy(plant, name="press", tags=1, **more):
    plant.by.publish(word_job(name, 5007, {f"tag-{i}": ("A8", i, 1) for i in range(tags)}, **more))


def test_jobs_outlive_the_builder_as_rows_of_the_originals_table(builder, dynamodb):
    dynamodb.make_table(builder.table, jobid="S", version="N")
    first = builder.start_builder()
    deploy(builder, interval=2.5)
    builder.by.expect("m2c2/job/press/info", CREATED)
    deploy(builder, "large", tags=6000)
    builder.by.expect("m2c2/job/large/info", CREATED)
    row = next(item for item in dynamodb.read(builder.table) if (item["jobid"], item["version"]) == ("press", 1))
    assert row["machine-details"]["connectivity-parameters"]["machine-ip"] == row["address"] == "127.0.0.1"
    assert row["data_parameters"]["machine-query-time-interval"] == row["machine_query_time_interval"] == 2.5
    assert (row["control"], row["gggroupid"], row["site"]) == ("deploy", "factory-1", "not specified")
    first.stop()

    builder.start_builder()
    since = builder.by.mark()
    builder.by.control("stop", "press", "large")
    for name in ("press", "large"):
        until(lambda: [w for w in builder.by.all(f"m2c2/group/factory-1/job/{name}", since) if w["state"] == "stopped"], f"{name} to stop")
    large = builder.by.all("m2c2/group/factory-1/job/large", since)[-1]
    attributes = large["request"]["job"]["machine-details"]["data-parameters"]["attributes"]
    assert [a["address-list"]["tag-name"] for a in attributes] == [f"tag-{i}" for i in range(6000)]


def test_a_builder_killed_in_the_middle_of_a_version_leaves_it_to_the_next(builder, dynamodb):
    dynamodb.make_table(builder.table, jobid="S", version="N")
    dying = builder.start_builder()
    dynamodb.fault("stall", operation="UpdateItem")  # the last request of a version: the head has its intent until then
    deploy(builder)
    until(lambda: [i for i in dynamodb.read(builder.table) if "intent" in i], "the head of press")
    dying.kill()
    dynamodb.heal()
    builder.start_builder()
    builder.by.expect("m2c2/job/press/info", CREATED)  # asked again by the broker, and known to be done
    items = dynamodb.read(builder.table)
    assert sorted((i["jobid"], i["version"], "intent" in i) for i in items) == [("press", 0, False), ("press", 1, False)]


def test_the_operator_reads_what_to_do_about_a_table_that_is_not_there_and_then_it_is(builder, dynamodb):
    builder.start_builder()
    deploy(builder)
    said = builder.by.expect("m2c2/job/press/error", re.compile("aws dynamodb create-table"))["message"]
    assert f"--table-name {builder.table} " in said and "ResourceNotFoundException" in said
    dynamodb.make_table(builder.table, jobid="S", version="N")
    deploy(builder)
    builder.by.expect("m2c2/job/press/info", CREATED)


def test_while_dynamodb_is_away_each_request_is_answered_and_then_carried_out_again(builder, dynamodb):
    dynamodb.make_table(builder.table, jobid="S", version="N")
    builder.start_builder()
    dynamodb.down()
    for i in range(5):
        deploy(builder, f"press-{i}")
    for i in range(5):
        builder.by.expect(f"m2c2/job/press-{i}/error", re.compile("check the region, the endpoint"), patience=60)
    dynamodb.up()

    def deployed():
        deploy(builder)
        return until(lambda: builder.by.all("m2c2/job/press/info") or builder.by.all("m2c2/job/press/error"), "an answer") and \
            builder.by.all("m2c2/job/press/info")
    until(deployed, "a deploy to get through")
