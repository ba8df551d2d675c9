"""Whatever is sent as a request: an error on an error topic within a second, nothing stored, nobody disturbed."""
import copy
import json
import re

import pytest

from plant import word_job

GOOD = word_job("press", 5007, {"d0": ("A8", 0, 1)})
FIRST = ["job", "machine-details", "data-parameters", "attributes", 0, "address-list"]
CONNECTIVITY = ["job", "machine-details", "connectivity-parameters"]


def changed(path, value):
    request = copy.deepcopy(GOOD)
    at = request
    for step in path[:-1]:
        at = at[step]
    if value is None:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return json.dumps(request)


def named(name):
    return changed(["job", "properties", 0, "name"], name)


def with_tags(*tags):
    return json.dumps(word_job("press", 5007, {tag: ("A8", i, 1) for i, tag in enumerate(tags)}))


def twice():
    request = copy.deepcopy(GOOD)
    attributes = request["job"]["machine-details"]["data-parameters"]["attributes"]
    attributes.append(attributes[0])
    return json.dumps(request)


NOT_A_REQUEST = "Submitted JSON does not meet minimum requirements."
ANYWHERE = "m2c2/job/error"
PRESS = "m2c2/job/press/error"
CASES = {
    "not JSON": ("hello", ANYWHERE, NOT_A_REQUEST),
    "empty object": ("{}", ANYWHERE, "Parameter job not found in job request."),
    "an array": ("[]", ANYWHERE, NOT_A_REQUEST),
    "100 000 brackets": ("[" * 100_000, ANYWHERE, NOT_A_REQUEST),
    "100 000 nested objects": ('{"job":' * 100_000, ANYWHERE, NOT_A_REQUEST),
    "20 MB": ('{"job": "' + "x" * 20_000_000 + '"}', ANYWHERE, NOT_A_REQUEST),
    "not UTF-8": (b'{"job": {"control": "\xff\xfe"}}', ANYWHERE, ""),
    "unknown control": (changed(["job", "control"], "explode"), PRESS, "Unknown control request: explode"),
    "no control": (changed(["job", "control"], None), PRESS, "Parameter control not found in job request."),
    "no properties": (changed(["job", "properties"], None), ANYWHERE, "Parameter properties not found in job request."),
    "two properties": (changed(["job", "properties"], [{"name": "a"}, {"name": "b"}]), ANYWHERE,
                       "Invalid number of properties (2). Unable to execute deploy control."),
    "no machine": (changed(["job", "machine-details"], None), PRESS, "Parameter machine-details not found in job request."),
    "port as text": (changed([*CONNECTIVITY, "port-number"], "5007"), PRESS, "Parameter port-number must be integer."),
    "port 99999": (changed([*CONNECTIVITY, "port-number"], 99999), PRESS, "Value port-number out of range."),
    "four numbers": (changed([*CONNECTIVITY, "machine-ip"], "192.168.3.999"), PRESS,
                     "Value machine-ip out of range. '192.168.3.999' is no IP address"),
    "a comma missing": (json.dumps(GOOD).replace(',', '', 1), ANYWHERE, "look for a comma"),
    "points ZZ": (changed([*FIRST, "number-of-points"], "ZZ"), PRESS, "number-of-points"),
    "unknown function": (changed([*FIRST[:-1], "function"], "device_write"), PRESS, "Unsupported protocol function."),
    "unknown protocol": (changed([*CONNECTIVITY, "protocol"], "modbus"), PRESS, "Unsupported protocol connectivity."),
    "interval 0.1": (changed([*FIRST[:3], "machine-query-time-interval"], 0.1), PRESS,
                     "Value machine-query-time-interval out of range."),
    "version 2.0": (changed(["job", "properties", 0, "version"], "2.0"), PRESS, "version"),
    "contradicting flags": (json.dumps({"job": GOOD["job"] | {"send-data-to-stream-manager": True,
                                                              "send-data-to-kinesis-stream": False}}), PRESS, "send-data-to"),
    "name ../../x": (named("../../x"), ANYWHERE, "name"),
    "name a/b": (named("a/b"), ANYWHERE, "name"),
    "name #": (named("#"), ANYWHERE, "name"),
    "name +": (named("+"), ANYWHERE, "name"),
    "name ..": (named(".."), ANYWHERE, "name"),
    "name request": (named("request"), ANYWHERE, "name"),
    "name of 5 000 letters": (named("x" * 5000), ANYWHERE, "name"),
    "name with NUL": (named("a\0b"), ANYWHERE, "name"),
    "tag error": (with_tags("error"), PRESS, "tag-name"),
    "tag #": (with_tags("#"), PRESS, "tag-name"),
    "tag twice": (twice(), PRESS, "tag-name"),
}


@pytest.fixture(scope="module")
def bystander(tmp_path_factory):
    """A running system with a job that must not notice any of this."""
    from plant import Plant, until
    plant = Plant(tmp_path_factory.mktemp("plant"))
    plant.start_broker()
    plant.up = plant.start("up")
    plant.by = plant.operator()
    plc = plant.start_plc("--set", "D0=1")
    plant.by.publish(word_job("bystander", plc.port, {"d0": ("A8", 0, 1)}))
    plant.by.expect("m2c2/job/bystander/d0")
    until(lambda: (plant.folder / "data/job/bystander.json").exists(), "the bystander's file")
    yield plant
    plant.end()


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_answered_and_changes_nothing(bystander, case):
    by = bystander.by
    payload, topic, said = CASES[case]
    mark = by.mark()
    by.publish(payload)
    answer = by.expect(topic, re.compile(re.escape(said)), since=mark)
    assert set(answer) <= {"job-name", "version", "message"}
    assert len(answer["message"]) < 20_000
    assert sorted(p.name for p in (bystander.folder / "data/job").iterdir()) == ["bystander.json"]
    assert not [t for t in by.topics(mark) if t.startswith("m2c2/group/") and "/job/" in t]
    assert by.all("m2c2/job/bystander/error", mark) == []
    by.expect("m2c2/job/bystander/d0", since=mark)


def test_all_problems_are_told_at_once(bystander):
    request = copy.deepcopy(GOOD)
    details = request["job"]["machine-details"]
    details["connectivity-parameters"] |= {"port-number": 99999, "network": 240, "ethernet": "smoke signals"}
    del details["data-parameters"]["machine-query-iterations"]
    mark = bystander.by.mark()
    bystander.by.publish(request)
    message = bystander.by.expect(PRESS, since=mark)["message"]
    for said in ("Value port-number out of range.", "job.machine-details.connectivity-parameters.port-number", "99999",
                 "Value network out of range.", "ethernet", "Parameter machine-query-iterations not found in job request."):
        assert said in message


def test_a_member_that_is_ignored_is_in_the_log(bystander):
    bystander.by.publish({"job": {"control": "stop", "properties": [{"name": "nobody", "Version": 2}]}})
    bystander.up.await_output(r"request for job nobody: job\.properties\[0\]\.Version is not known and is ignored; "
                              "did you mean version")


def test_a_retained_request_is_refused(bystander):
    by = bystander.by
    by.publish(json.dumps(GOOD), retain=True)
    # It reaches a builder that runs as any other; one that starts later must not carry it out again.
    by.expect("m2c2/job/press/info", "Job started.")
    mark = by.mark()
    bystander.start("builder", bystander.config(builder={"store": f"sqlite:{bystander.folder / 'other.db'}"}))
    by.expect(ANYWHERE, re.compile("retained"), since=mark)
    by.publish("", retain=True)
