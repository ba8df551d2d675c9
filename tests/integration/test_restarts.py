"""kill -9, a broker that goes, a restart without a broker: afterwards everything is as it was wanted."""
import random
import signal
import time

import pytest

from plant import Broker, until, word_job


def states(by, group="factory-1"):
    return (by.all(f"m2c2/group/{group}/status") or [{}])[-1]


def running_jobs(by):
    return set(states(by).get("jobs", []))


def apart(plant):
    """Builder and gateway as processes of their own."""
    plant.start_broker()
    plant.by = plant.operator()
    return plant.start("builder"), plant.start("gateway")


def test_jobs_run_again_after_a_restart_without_broker_and_builder(plant):
    builder, gateway = apart(plant)
    by = plant.by
    plc = plant.start_plc("--signal", "D0=reads")
    by.publish(word_job("press", plc.port, {"count": ("A8", 0, 1)}))
    by.publish(word_job("parked", plc.port, {"x": ("A8", 1, 1)}))
    by.expect("m2c2/job/press/count")
    by.expect("m2c2/job/parked/info", "Job started.")
    by.control("stop", "parked")
    by.expect("m2c2/job/parked/info", "Job stopped.")
    until(lambda: '"stopped"' in (plant.folder / "data/job/parked.json").read_text(), "the file to say stopped")
    port = plant.broker.port
    for part in (builder, gateway, plant.broker):
        part.kill()
    config = plant.config()
    from plant import BUILD, Process
    gateway = plant.add(Process(plant.folder, "gateway-alone", BUILD / "m2c2", "-v", "gateway", "--config", config))
    time.sleep(2)  # it polls with nobody to tell
    plant.add(Broker(plant.folder, port))
    late = plant.operator()
    counts = until(lambda: late.values("m2c2/job/press/count"), "telemetry, the broker being back", 60)
    first_seen = list(dict.fromkeys(counts))  # at least once: one may come twice
    assert first_seen == sorted(first_seen)
    until(lambda: running_jobs(late) == {"press"}, "press alone to run")
    assert late.all("m2c2/job/parked/x") == []


def test_an_outage_of_the_broker_delays_and_loses_nothing(running):
    """The broker is held, so that nothing closes and nothing answers: the operator, too, is there for all that arrives."""
    by, plc = running.by, running.start_plc("--signal", "D0=reads")
    by.publish(word_job("press", plc.port, {"count": ("A8", 0, 1)}))
    topic = "m2c2/job/press/count"
    by.expect(topic)
    running.broker.child.send_signal(signal.SIGSTOP)
    time.sleep(4)
    running.broker.child.send_signal(signal.SIGCONT)
    seen = len(by.values(topic))
    until(lambda: len(by.values(topic)) > seen + 6, "telemetry after the outage", 60)
    counts = list(dict.fromkeys(by.values(topic)))  # at least once: a message may come twice
    assert counts == list(range(counts[0], counts[0] + len(counts))), "no sample is missing"


def test_telemetry_of_a_restarted_broker_has_no_hole(running):
    by, plc = running.by, running.start_plc("--signal", "D0=reads")
    by.publish(word_job("press", plc.port, {"count": ("A8", 0, 1)}))
    topic = "m2c2/job/press/count"
    last_before = by.expect(topic) and by.values(topic)[-1]
    port = running.broker.port
    running.broker.kill()
    time.sleep(2)
    running.add(Broker(running.folder, port))
    until(lambda: by.values(topic)[-1] > last_before + 8, "telemetry after the outage", 60)
    after = [value for value in dict.fromkeys(by.values(topic)) if value > last_before]
    # What came between the gateway's reconnect and the operator's own went past the operator, in one piece.
    holes = [(a, b) for a, b in zip(after, after[1:]) if b != a + 1]
    assert len(holes) <= 1, holes


def test_a_request_sent_while_the_builder_is_away_is_carried_out(plant):
    builder, _ = apart(plant)
    plc = plant.start_plc()
    builder.kill()
    plant.by.publish(word_job("press", plc.port, {"d0": ("A8", 0, 1)}))
    plant.start("builder")
    plant.by.expect("m2c2/job/press/d0")


@pytest.mark.slow
def test_kill_9_at_random_moments(plant):
    """Twenty times, gateway and builder in turn, while requests keep coming: what was wanted last is what runs."""
    builder, gateway = apart(plant)
    by, plc = plant.by, plant.start_plc()
    chance = random.Random(20260101)
    names = [f"press-{i}" for i in range(6)]
    for name in names:
        by.publish(word_job(name, plc.port, {"d0": ("A8", 0, 1)}))
    for name in names:
        by.expect(f"m2c2/job/{name}/info", "Job started.")
    for round_number in range(20):
        for name in chance.sample(names, 3):
            by.control(chance.choice(["start", "stop"]), name)
        time.sleep(chance.uniform(0, 0.2))
        if round_number % 2:
            gateway.kill()
            gateway = plant.start("gateway")
        else:
            builder.kill()
            builder = plant.start("builder")
    wanted = {}
    for i, name in enumerate(names):
        wanted[name] = i % 2 == 0
        by.control("start" if wanted[name] else "stop", name)
    gateway.kill()
    builder.kill()
    builder, gateway = plant.start("builder"), plant.start("gateway")
    until(lambda: running_jobs(by) == {name for name in names if wanted[name]}, "the jobs to run as wanted", 60)
    mark = by.mark()
    for name in names:
        if wanted[name]:
            by.expect(f"m2c2/job/{name}/d0", since=mark)
    assert not [name for name in names if not wanted[name] and by.all(f"m2c2/job/{name}/d0", mark)]


def test_two_requests_at_once_get_two_versions(running):
    by, plc = running.by, running.start_plc()
    for _ in range(10):
        by.publish(word_job("press", plc.port, {"d0": ("A8", 0, 1)}))
    deployed = "Job successfully created. Deploying the Greengrass group to the edge device."
    topic = "m2c2/job/press/info"
    until(lambda: [m["version"] for m in by.all(topic) if m["message"] == deployed] == [str(v) for v in range(1, 11)],
          "versions 1 to 10, each once")
    until(lambda: any(m["version"] == "10" for m in by.all("m2c2/job/press/d0")), "the last version to run")
