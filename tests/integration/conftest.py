import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from cloud import cloud, cloud_session, dynamodb  # noqa: E402, F401
from plant import Plant  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: left out under sanitizers")


@pytest.fixture
def plant(tmp_path):
    """An empty plant; the story starts what it needs."""
    built = Plant(tmp_path)
    yield built
    built.end()


@pytest.fixture
def running(plant):
    """A plant with a broker, m2c2 up and an operator."""
    plant.start_broker()
    plant.gateway = plant.start("up")
    plant.by = plant.operator()
    return plant
