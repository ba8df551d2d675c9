"""More than 70 000 frames of one job: the serial number wraps, and every value stays right."""
import pytest

from plant import until, word_job


@pytest.mark.slow
def test_the_serial_number_wraps_with_right_values_throughout(running):
    devices = 2400
    plc = running.start_plc(*[option for i in range(devices) for option in ("--set", f"D{i}={i}")])
    tags = {f"d{i}": ("A8", i, 1) for i in range(devices)}
    running.by.publish(word_job("many", plc.port, tags, iterations=30))
    frames_wanted = 72_000
    polls = frames_wanted // devices
    last = f"m2c2/job/many/d{devices - 1}"
    until(lambda: len(running.by.values(last)) >= polls, f"{polls} polls of {devices} frames each", 120)
    for i in range(devices):
        values = running.by.values(f"m2c2/job/many/d{i}")
        assert len(values) >= polls and set(values) == {i}
    assert running.by.all("m2c2/job/many/error") == []
