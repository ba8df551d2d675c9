"""The program as a newcomer meets it: help, check, config, job, watch, and clear words when something is missing."""
import json
import re
import socket

from plant import BUILD, EXAMPLES, Process, free_port, word_job


def test_help_names_every_command(plant):
    status, text = plant.m2c2("--help")
    assert status == 0
    for command in ("up", "gateway", "builder", "job", "watch", "check", "config"):
        assert command in text
        assert plant.m2c2(command, "--help")[0] == 0


def test_check_tells_all_problems_with_their_paths(plant):
    status, text = plant.m2c2("check", *sorted(EXAMPLES.glob("*.json")))
    assert status == 0, text
    bad = word_job("a/b", 99999, {"error": ("A8", 0, 1)})
    (plant.folder / "bad.json").write_text(json.dumps(bad))
    status, text = plant.m2c2("check", "bad.json")
    assert status == 1
    for path in ("job.properties[0].name", "job.machine-details.connectivity-parameters.port-number",
                 "job.machine-details.data-parameters.attributes[0].address-list.tag-name"):
        assert f"bad.json: {path}: " in text
    assert plant.m2c2("check", "nothing.json")[0] == 1


def test_a_job_from_deploy_to_stop_by_command(running):
    plc = running.start_plc()
    (running.folder / "job.json").write_text(json.dumps(word_job("press", plc.port, {"d0": ("A8", 0, 1)})))
    broker = ("--broker", running.broker.url)
    status, text = running.m2c2("job", "deploy", "job.json", *broker)
    assert (status, text.splitlines()[-1]) == (0, "press: Job started."), text
    status, text = running.m2c2("watch", "--expect", "job.json", *broker)
    assert status == 0 and "m2c2/job/press/d0" in text
    for control, said in [("push", "Successfully connected to server."), ("pull", '"port-number"'), ("stop", "Job stopped."),
                          ("start", "Job started.")]:
        status, text = running.m2c2("job", control, "press", *broker)
        assert status == 0 and said in text, text
    status, text = running.m2c2("job", "start", "presss", *broker)
    assert status == 1 and "deploy it first; did you mean press?" in text


def test_members_that_are_ignored_are_noted_and_a_byte_order_mark_is_no_fault(running):
    plc = running.start_plc()
    request = word_job("press", plc.port, {"d0": ("A8", 0, 1)})
    request["job"]["group-id"] = "hall-2"
    (running.folder / "job.json").write_text(json.dumps(request), encoding="utf-8-sig")
    note = "note: job.json: job.group-id is not known and is ignored; did you mean gg-group-id?\n"
    status, text = running.m2c2("check", "job.json")
    assert status == 0 and note in text and "job.json: right: deploy press" in text
    broker = ("--broker", running.broker.url)
    for control in ("deploy", "update"):
        status, text = running.m2c2("job", control, "job.json", *broker)
        assert status == 0 and text.count(note) == 1, text
    mark = running.by.mark()
    running.by.publish(b"\xef\xbb\xbf" + json.dumps(request).encode())
    assert running.by.expect("m2c2/job/press/info", re.compile("Job successfully created"), since=mark)["version"] == "3"


def test_watch_fails_when_a_tag_stays_away(running):
    (running.folder / "job.json").write_text(json.dumps(word_job("press", free_port(), {"d0": ("A8", 0, 1)})))
    status, text = running.m2c2("watch", "--seconds", "1", "--expect", "job.json", "--broker", running.broker.url)
    assert status == 1 and "no telemetry came on m2c2/job/press/d0" in text


def test_without_a_broker_the_commands_say_so(plant):
    status, text = plant.m2c2("job", "stop", "press", "--timeout", "1", "--broker", f"mqtt://127.0.0.1:{free_port()}")
    assert status == 2 and "the broker is not there" in text


def test_a_bad_configuration_is_told_by_line_and_key(plant):
    (plant.folder / "bad.toml").write_text('[gateway]\ngroup_id = "x"\n')
    status, text = plant.m2c2("gateway", "--config", "bad.toml")
    assert status == 1 and "bad.toml:2" in text and "group-id" in text


def test_up_brings_its_own_broker_and_takes_the_next_port_when_one_is_taken(plant):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (plant.folder / "up.toml").write_text(f"[broker]\nport = {port}\n")
        up = plant.add(Process(plant.folder, "up", BUILD / "m2c2", "up", "--config", "up.toml"))
        found = up.await_output(r"the broker is at mqtt://127\.0\.0\.1:(\d+)")
        assert int(found[1]) > port
        up.await_output(r"(connected(.|\n)*){2}")
        plc = plant.start_plc()
        (plant.folder / "job.json").write_text(json.dumps(word_job("press", plc.port, {"d0": ("A8", 0, 1)})))
        status, text = plant.m2c2("job", "deploy", "job.json", "--broker", f"mqtt://127.0.0.1:{found[1]}")
        assert status == 0, text
        up.stop()
