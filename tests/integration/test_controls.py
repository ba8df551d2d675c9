"""The six controls answer in the guide's words, and versions behave as in the guide."""
import re

from plant import until, word_job

DEPLOYED = "Job successfully created. Deploying the Greengrass group to the edge device."


def unique_entry(job, version):
    return f"A unique database entry must exist for Job {job} version {version}."


def test_the_life_of_a_job(running):
    by, plc = running.by, running.start_plc("--set", "D100=42")
    info, error = "m2c2/job/press/info", "m2c2/job/press/error"

    by.publish(word_job("press", plc.port, {"d100": ("A8", 100, 1)}))
    deployed = by.expect(info, DEPLOYED)
    assert deployed["job-name"] == "press" and deployed["version"] == "1"
    assert by.expect("m2c2/job/press/submit", None)["job"]["control"] == "deploy"
    assert by.expect(info, "Job started.")["version"] == "1"
    assert by.expect("m2c2/job/press/d100")["message"][0]["value"] == 42

    by.control("start", "press")
    by.expect(info, "Job already started.")
    by.control("push", "press")
    by.expect(info, "Successfully connected to server.")

    by.control("stop", "press")
    by.expect(info, "Job stopped.")
    mark = by.mark()
    by.control("stop", "press")
    by.expect(info, "Job already stopped.", since=mark)
    assert by.all("m2c2/job/press/d100", mark) == [], "a stopped job is silent"

    mark = by.mark()
    by.control("start", "press", version="1")
    by.expect(info, "Job started.", since=mark)
    by.expect("m2c2/job/press/d100", since=mark)

    by.publish(word_job("press", plc.port, {"other": ("A8", 100, 1)}, control="update", version="2"))
    assert by.expect(info, "Job updated.")["version"] == "2"
    assert by.expect("m2c2/job/press/other")["version"] == "2"

    by.publish(word_job("press", plc.port, {"other": ("A8", 100, 1)}, control="update", version=2))
    assert "give 3, the next one" in by.expect(error, unique_entry("press", 2))["reason"]
    mark = by.mark()
    by.publish(word_job("press", plc.port, {"third": ("A8", 100, 1)}))
    assert by.expect(info, DEPLOYED, since=mark)["version"] == "3", "without a version: one more than the last"
    by.expect("m2c2/job/press/third")

    mark = by.mark()
    by.control("start", "press", version=1)
    by.expect(info, "Job started.", since=mark)
    assert by.expect("m2c2/job/press/d100", since=mark)["version"] == "1", "starting one version stops the other"


def test_pull_gives_the_request_back(running):
    by, plc = running.by, running.start_plc()
    request = word_job("press", plc.port, {"d0": ("A8", 0, 1)}, version="1")
    by.publish(request)
    by.expect("m2c2/job/press/info", "Job started.")
    mark = by.mark()
    by.control("pull", "press")
    pulled = until(lambda: [m for m in by.all("m2c2/job/press/info", mark) if isinstance(m.get("message"), dict)],
                   "the pulled definition")[0]["message"]["job"]
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$", pulled.pop("_last-update-timestamp_"))
    assert pulled.pop("gg-group-id") == "factory-1"
    assert pulled == request["job"]


def test_what_does_not_exist_is_told(running):
    by = running.by
    for control in ("start", "stop", "push", "pull", "update"):
        mark = by.mark()
        request = word_job("ghost", 5007, {"d0": ("A8", 0, 1)}, version="7")
        if control == "update":
            by.publish(request | {"job": request["job"] | {"control": "update"}})
        else:
            by.control(control, "ghost", version="7")
        assert "deploy it first" in by.expect("m2c2/job/ghost/error", unique_entry("ghost", 7), since=mark)["reason"]
    assert not [t for t in by.topics() if t.startswith("m2c2/group/") and "ghost" in t]


def test_several_jobs_in_one_request(running):
    by, plc = running.by, running.start_plc()
    names = [f"press-{i}" for i in range(3)]
    for name in names:
        by.publish(word_job(name, plc.port, {"d0": ("A8", 0, 1)}))
        by.expect(f"m2c2/job/{name}/info", "Job started.")
    by.control("stop", *names, "ghost")
    for name in names:
        by.expect(f"m2c2/job/{name}/info", "Job stopped.")
    by.expect("m2c2/job/ghost/error", re.compile("A unique database entry must exist for Job ghost"))
    by.control("push", *names)
    for name in names:
        by.expect(f"m2c2/job/{name}/info", "Successfully connected to server.")


def test_a_job_moves_to_another_gateway(plant):
    plant.start_broker()
    plant.start("up")
    plant.start("gateway", plant.config(gateway={"group-id": "hall-2", "data-dir": str(plant.folder / "hall-2")}))
    by, plc = plant.operator(), plant.start_plc()
    request = word_job("press", plc.port, {"d0": ("A8", 0, 1)})
    by.publish(request)
    by.expect("m2c2/job/press/info", "Job started.")
    until(lambda: (plant.folder / "data/job/press.json").exists(), "the job's file at its first gateway")
    request["job"]["gg-group-id"] = "hall-2"
    by.publish(request)
    by.expect("m2c2/job/press/d0", None)
    until(lambda: (plant.folder / "hall-2/job/press.json").exists(), "the job's file at its new gateway")
    until(lambda: not (plant.folder / "data/job/press.json").exists(), "the job's file to leave its old gateway")
    until(lambda: [m for m in by.all("m2c2/job/press/d0") if m["version"] == "2"], "telemetry from the new gateway")
