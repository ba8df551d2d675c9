"""m2c2 opcda: doctor, browse and read before a simulated OpenOPC gateway."""
import Pyro4
import pytest

MATRIKON = "Matrikon.OPC.Simulation.1"


def assert_left_alone(gateway):
    """No session stays behind, and nothing was ever written."""
    stats = gateway.stats()
    assert stats["sessions"] == 0 and stats["creates"] == stats["closes"], stats
    assert stats["writes"] == 0, stats


def doctor(plant, gateway, *arguments):
    """Its status, and (verdict, step, text) of each step."""
    status, told = plant.m2c2("opcda", "doctor", f"127.0.0.1:{gateway.port}", *arguments)
    return status, [tuple(line.split(None, 2)) for line in told.splitlines()]


@pytest.mark.parametrize("variant", ["1.3.1", "openopc120", "yq"])
def test_the_doctor_finds_all_well(plant, variant):
    gateway = plant.start_opcda("--variant", variant)
    status, steps = doctor(plant, gateway, "--server", MATRIKON, "--tag", "Quality.Uncertain", "--tag", "Odd.Quotes")
    assert status == 0 and [step[:2] for step in steps] == [("ok", name) for name in
                                                            ("port", "protocol", "sessions", "client", "servers",
                                                             "connect", "read", "read")]
    assert steps[-2][2] == "Quality.Uncertain is 68, Uncertain"
    status, steps = doctor(plant, gateway, "--server", MATRIKON, "--tag", "Random.Int4", "--tag", "Typo")
    assert status == 1 and steps[-2][:2] == ("ok", "read") and steps[-1][:2] == ("failed", "read")
    assert steps[-1][2].startswith("Typo: the OPC DA server does not know it")
    assert_left_alone(gateway)


def test_the_doctor_stops_at_what_fails_and_says_what_to_do(plant):
    gateway = plant.start_opcda()

    def ends_with(step, text, *arguments):
        status, steps = doctor(plant, gateway, *arguments)
        assert status == 1 and [verdict for verdict, _, _ in steps] == ["ok"] * (len(steps) - 1) + ["failed"]
        assert steps[-1][1] == step and text in steps[-1][2], steps[-1]

    ends_with("connect", "invalid class string; check opcda-server-name", "--server", "Matrikon.OPC.Typo.1")
    ends_with("connect", "class not registered", "--server", "Broken.OPC.Server.1")
    gateway.tell("server down")
    ends_with("connect", "check that the OPC DA server runs", "--server", MATRIKON)
    gateway.tell("automation off")
    ends_with("client", "register one with regsvr32", "--server", MATRIKON)
    assert_left_alone(gateway)
    gateway.tell("refuse")
    ends_with("port", "start the service zzzOpenOPCService", "--server", MATRIKON)


def test_the_doctor_warns_of_sessions_that_were_left_behind(plant):
    gateway = plant.start_opcda()
    with Pyro4.Proxy(f"PYRO:opc@127.0.0.1:{gateway.port}") as service:
        for _ in range(31):
            service.create_client()
    status, steps = doctor(plant, gateway)
    assert status == 0 and ("warn", "sessions") in [step[:2] for step in steps]
    assert MATRIKON in steps[-2][2] and steps[-1][:2] == ("next", "connect")
    assert gateway.stats()["sessions"] == 31, "its own is closed"


def test_browse_and_read_try_what_a_job_would_do(plant):
    gateway = plant.start_opcda()
    where = (f"127.0.0.1:{gateway.port}", "--server", MATRIKON)
    status, told = plant.m2c2("opcda", "browse", *where, "Simulation Items.Random.Int?")
    assert status == 0 and told.split() == ["Random.Int1", "Random.Int2", "Random.Int4"]
    status, told = plant.m2c2("opcda", "browse", *where, "Simulation Items.Nowhere.*")
    assert status == 1 and "it matches no item" in told
    status, told = plant.m2c2("opcda", "read", *where, "Odd.Matrix", "Typo")
    assert status == 1 and 'Odd.Matrix  {"value":[[1,2,3],[4,5,6]],"quality":"Good","timestamp":"' in told
    assert "OPC item Typo: the OPC DA server does not know it" in told
    assert_left_alone(gateway)
