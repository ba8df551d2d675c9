"""The guide's two SLMP jobs, with only address and port changed, in every way that a PLC's port may be set."""
import itertools
import re

import pytest

from plant import example

SETTINGS = ["D0=6549", "TN0=4610", "M100=uint16:8240", "X20=uint16:18505", "D1500=uint32:1280593742", "Y160=uint32:3286153647",
            "M1111=uint32:3135026103", "M116=uint16:3", "Typ1.led[2]=10", "Typ1.led[3]=20", "Typ1.led[4]=30",
            "Typ1.led[5]=40", "Typ1.No[1]=1", "Typ1.No[2]=65535", "LabelB=1", "LabelW=12345", "Sw.led=777"]
VALUES = {"tst_tag": [8240, 3], "tst_wd_0": 6549, "tst_wd_1": 4610, "tst_wd_2": 8240, "tst_wd_3": 18505,
          "tst_dwd_0": 1280593742, "tst_dwd_1": 3286153647, "tst_dwd_2": 3135026103,
          "tag1": [10, 20, 30, 40], "tag2": [1, 65535], "tag3": True, "tag4": 12345, "tag5": 777}
TIMESTAMP = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$")
UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
SAMPLES = {"ascii": ("slmp-ascii-deploy.json", "machine1"), "binary": ("slmp-binary-deploy.json", "temp")}


def set_all(settings):
    return [option for setting in settings for option in ("--set", setting)]


@pytest.mark.parametrize("code, subheader, ethernet",
                         itertools.product(SAMPLES, ["with serial", "without serial"], ["tcp", "udp"]))
def test_every_tag_arrives_with_its_typed_value(running, code, subheader, ethernet):
    frame = "4e" if subheader == "with serial" else "3e"
    plc = running.start_plc("--code", code, "--frame", frame, "--transport", ethernet, *set_all(SETTINGS))
    sample, job = SAMPLES[code]
    running.by.publish(example(sample, plc.port, subheader=subheader, ethernet=ethernet))
    running.by.expect(f"m2c2/job/{job}/info",
                      "Job successfully created. Deploying the Greengrass group to the edge device.")
    running.by.expect(f"m2c2/job/{job}/info", "Job started.")
    for tag, value in VALUES.items():
        message = running.by.expect(f"m2c2/job/{job}/{tag}")
        assert [entry["value"] for entry in message["message"]] == [value] * 5, tag
        assert all(TIMESTAMP.match(entry["timestamp"]) for entry in message["message"])
        assert UUID.match(message["_id_"]) and TIMESTAMP.match(message["_timestamp_"])
        assert message["version"] == "1" and message["tag"] == tag
    assert running.by.all(f"m2c2/job/{job}/error") == []


def test_other_types_and_raw_hex(running):
    plc = running.start_plc("--set", "D200=float32:3.5", "--set", "D210=int32:-7", "--set", "D220=string:HELLO",
                            "--set", "D230=float64:-0.125", "--set", "D240=int16:-2")
    job = {tag: request for tag, request in {
        "real": ("C80000", "0200", "float32"), "dint": ("D20000", "0200", "int32"), "text": ("DC0000", "0300", "string"),
        "lreal": ("E60000", "0400", "float64"), "int": ("F00000", "0100", "int16")}.items()}
    for value_format, name, expected in [
            ("typed", "typed", {"real": 3.5, "dint": -7, "text": "HELLO", "lreal": -0.125, "int": -2}),
            ("hex", "raw", {"real": "00006040", "dint": "F9FFFFFF", "text": "48454C4C4F00", "lreal": "000000000000C0BF",
                            "int": "FEFF"})]:
        request = example("slmp-binary-deploy.json", plc.port, job=name)
        request["job"]["machine-details"]["data-parameters"] |= {
            "value-format": value_format, "machine-query-iterations": 1, "machine-query-time-interval": 0.5,
            "attributes": [{"function": "device_read",
                            "address-list": {"tag-name": tag, "subcommand": "0000", "device-code": "A8", "head-device": head,
                                             "number-of-points": points, "data-type": data_type}}
                           for tag, (head, points, data_type) in job.items()]}
        running.by.publish(request)
        for tag, value in expected.items():
            assert running.by.expect(f"m2c2/job/{name}/{tag}")["message"][0]["value"] == value
