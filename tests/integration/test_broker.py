"""The connection to the broker: idle it stays, and a double that takes it over is told."""
import time

import pytest


@pytest.mark.slow
def test_an_idle_connection_stays(plant):
    """Nothing to say for longer than the keep-alive of 30 s and a half: the broker must have heard from both."""
    plant.start_broker()
    up = plant.start("up")
    time.sleep(50)
    assert up.output().count("connected") == 2 and "trying again" not in up.output(), up.output()


def test_two_gateways_of_one_group_are_told(plant):
    plant.start_broker()
    first = plant.start("gateway")
    plant.start("gateway", plant.config(gateway={"data-dir": str(plant.folder / "second")}))
    first.await_output(r"is there a second gateway with \[gateway\] group-id factory-1")
