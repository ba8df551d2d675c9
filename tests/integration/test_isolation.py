"""One job's trouble, and what is done to one job, never disturbs another."""
import re
import time

from plant import free_port, until, word_job


def timestamps(by, topic, since):
    return [entry["timestamp"] for m in by.all(topic, since) for entry in m["message"]]


def test_no_poll_is_missed_while_others_are_deployed_updated_or_dead(running):
    by = running.by
    plc = running.start_plc("--signal", "D0=reads")
    by.publish(word_job("steady", plc.port, {"count": ("A8", 0, 1)}))
    by.expect("m2c2/job/steady/count")
    silent = running.start_plc("--fault", "silence")
    other = running.start_plc()
    mark = by.mark()
    by.publish(word_job("dead", silent.port, {"x": ("A8", 0, 1)}))
    by.publish(word_job("absent", free_port(), {"x": ("A8", 0, 1)}))
    for version in range(1, 9):
        by.publish(word_job("busy", other.port, {"x": ("A8", version, 1)}, control="deploy" if version == 1 else "update"))
        by.expect("m2c2/job/busy/x", patience=30)
        until(lambda: any(m["version"] == str(version) for m in by.all("m2c2/job/busy/x")), f"version {version}")
    for _ in range(5):
        by.control("stop", "busy")
        by.control("start", "busy")
    until(lambda: len(by.values("m2c2/job/steady/count", mark)) >= 20, "twenty more polls")
    counts = by.values("m2c2/job/steady/count", mark)
    assert counts == list(range(counts[0], counts[0] + len(counts))), "each read is there, once, in its order"
    status = by.all("m2c2/group/factory-1/status")[-1]
    assert status["state"] == "online"


def test_sampling_does_not_drift(running):
    by = running.by
    plc = running.start_plc("--fault", "delay:150ms", "--signal", "D0=reads")
    by.publish(word_job("slow", plc.port, {"count": ("A8", 0, 1)}))
    topic = "m2c2/job/slow/count"
    until(lambda: len(by.values(topic)) >= 12, "a dozen samples")
    seconds = [float(t[-9:]) + 60 * int(t[-12:-10]) for t in timestamps(by, topic, 0)]
    gaps = [(b - a) % 3600 for a, b in zip(seconds, seconds[1:])]
    # The interval counts from poll to poll, not from the end of one: 150 ms of delay must not add up.
    assert abs(sum(gaps) / len(gaps) - 0.5) < 0.05, gaps


def test_a_clean_stop_sends_what_was_read(running):
    by = running.by
    plc = running.start_plc("--signal", "D0=reads")
    by.publish(word_job("batching", plc.port, {"count": ("A8", 0, 1)}, iterations=30))
    by.expect("m2c2/job/batching/info", "Job started.")
    time.sleep(2)  # some polls, far from a full batch
    assert by.all("m2c2/job/batching/count") == []
    took = running.gateway.stop()
    counts = until(lambda: by.values("m2c2/job/batching/count"), "what was read before the stop")
    assert len(counts) >= 3 and counts == list(range(counts[0], counts[0] + len(counts)))
    assert took < 5, took
    until(lambda: by.all("m2c2/group/factory-1/status")[-1] == {"state": "offline"}, "the gateway to say goodbye")
    assert not re.search("error|warning", running.gateway.output()), running.gateway.output()
