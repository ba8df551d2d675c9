"""What jobs would cost: the guide's example, an operator's own prices and configuration, and bytes as they are really sent."""
import json

import pytest

from plant import EXAMPLES, word_job


def opcda_job(*tags, function="read_tags"):
    return {"job": {"control": "deploy", "properties": [{"name": "press"}], "machine-details": {
        "site-name": "London", "area": "floor 1", "process": "packaging", "machine-name": "machine 1",
        "data-parameters": {"machine-query-iterations": 1, "machine-query-time-interval": 1,
                            "attributes": [{"function": function, "address-list": list(tags)}]},
        "connectivity-parameters": {"protocol": "opcda", "machine-ip": "192.0.2.10",
                                    "opcda-server-name": "Matrikon.OPC.Simulation.1"}}}}


def write(plant, name, content):
    (plant.folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
    return name


def costs(plant, *arguments):
    """{destination: {what: cost}} and the whole answer."""
    status, text = plant.m2c2("cost", "--json", *arguments)
    assert status == 0, text
    answer = json.loads(text)
    return {d["name"]: {line["what"]: line["cost"] for line in d["lines"]} for d in answer["destinations"]}, answer


def test_the_guides_example_has_its_figures(plant):
    job = EXAMPLES / "opcda-two-tags.json"  # as the cost guide has it
    by, answer = costs(plant, "--jobs", "100", "--to", "both", "--values-size", "202", "--gzip-ratio", "1", job)
    assert answer["jobs"][0]["message-bytes"] == 614  # "approximately 0.6KB"
    assert by["topic"]["messages, one for each 5 KB begun"] == pytest.approx(518.40 * 730 / 720)
    assert by["kinesis"]["shards, provisioned: 1"] + by["kinesis"]["PUT payload units of 25 KB"] == pytest.approx(18.31, abs=0.005)
    assert by["kinesis"]["Firehose, each record up to 5 KB"] == pytest.approx(72.68, abs=0.005)
    assert by["kinesis"]["S3 storage of one month's data"] == pytest.approx(6.92, abs=0.005)
    status, text = plant.m2c2("cost", "--jobs", "100", "--to", "both", job)
    assert status == 0 and "525,600,000" in text and "AWS IoT Core takes 100" in text


def test_prices_and_exporters_are_the_operators_own(plant):
    status, prices = plant.m2c2("cost", "--print-prices")
    assert status == 0 and "shard-hour = 0.015" in prices
    write(plant, "prices.toml", prices.replace("shard-hour = 0.015", "shard-hour = 1"))
    write(plant, "gateway.toml", '[aws]\nregion = "eu-central-1"\n[[exporter]]\nkind = "kinesis"\nflush-interval = "60s"\n'
                                 '[[exporter]]\nkind = "archive"\n')
    job = write(plant, "line.json", opcda_job("Line1.*", "Line2.*", function="read_list"))
    by, answer = costs(plant, "--config", "gateway.toml", "--prices", "prices.toml", "--tags", "Line1.*=40", job)
    assert answer["jobs"][0] | {"tags": 50, "guessed-tags": 10} == answer["jobs"][0]
    assert by["kinesis"]["shards, provisioned: 1"] == 730
    assert by["topic"] == {} and by["archive"] == {}  # a broker and a folder of one's own
    kinesis = next(d for d in answer["destinations"] if d["name"] == "kinesis")
    assert kinesis["messages"] == pytest.approx(60 * kinesis["records"])


def test_messages_have_the_bytes_that_a_gateway_sends(running):
    plc = running.start_plc("--set", "D100=1234", "--set", "D101=1234", "--set", "D102=1234")
    job = word_job("press", plc.port, {"one": ("A8", 100, 1), "few": ("A8", 100, 3)}, iterations=2)
    running.by.publish(job)
    sent = [running.by.expect(f"m2c2/job/press/{tag}") for tag in ("one", "few")]
    _, answer = costs(running, write(running, "press.json", job))
    sizes = [len(json.dumps(message, separators=(",", ":"))) for message in sent]
    assert answer["jobs"][0]["message-bytes"] == sum(sizes) / 2


def test_what_is_wrong_is_told_by_file_path_and_remedy(plant):
    bad = word_job("press", 99999, {"d0": ("A8", 0, 1)})
    status, text = plant.m2c2("cost", write(plant, "bad.json", bad), EXAMPLES / "start.json")
    assert status == 1
    assert "bad.json: job.machine-details.connectivity-parameters.port-number: " in text and "99999" in text
    assert "start.json: job.control: 'start' defines no job" in text
    good = write(plant, "good.json", opcda_job("Line1.*", function="read_list"))
    status, text = plant.m2c2("cost", "--tags", "Line9.*=4", good)
    assert status == 1 and "no read_list of these jobs has the address Line9.*" in text
    write(plant, "prices.toml", "[kinesis]\nshards = 1\n")
    status, text = plant.m2c2("cost", "--prices", "prices.toml", good)
    assert status == 1 and "prices.toml:2: unknown key [kinesis] shards" in text and "--print-prices" in text
