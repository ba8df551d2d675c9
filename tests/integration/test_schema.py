"""The JSON Schema that ships with the job document agrees with the program."""
import copy
import json

import jsonschema

from plant import EXAMPLES, ROOT

SCHEMA = json.loads((ROOT / "docs/formats/job.schema.json").read_text())


def test_the_examples_are_valid():
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    for file in EXAMPLES.glob("*.json"):
        jsonschema.Draft7Validator(SCHEMA).validate(json.loads(file.read_text()))


def test_what_the_schema_refuses_the_program_refuses(plant):
    request = json.loads((EXAMPLES / "slmp-binary-deploy.json").read_text())
    members = [("connectivity-parameters", "port-number", 0), ("connectivity-parameters", "ethernet", "carrier pigeon"),
               ("connectivity-parameters", "network", 240), ("data-parameters", "machine-query-iterations", 31),
               ("data-parameters", "machine-query-time-interval", 0.4), ("data-parameters", "attributes", [])]
    for table, key, value in members:
        bad = copy.deepcopy(request)
        bad["job"]["machine-details"][table][key] = value
        assert not jsonschema.Draft7Validator(SCHEMA).is_valid(bad), key
        (plant.folder / "bad.json").write_text(json.dumps(bad))
        status, text = plant.m2c2("check", "bad.json")
        assert status == 1 and key in text, key


def test_what_opcda_may_leave_out_or_give_is_the_same_to_both(plant):
    request = json.loads((EXAMPLES / "opcda-deploy.json").read_text())
    for key, value, right in [("port-number", 7799, True), ("opcda-read-mode", "Async", True),
                              ("port-number", 0, False), ("opcda-read-mode", "group", False)]:
        asked = copy.deepcopy(request)
        asked["job"]["machine-details"]["connectivity-parameters"][key] = value
        assert jsonschema.Draft7Validator(SCHEMA).is_valid(asked) == right, key
        (plant.folder / "asked.json").write_text(json.dumps(asked))
        status, text = plant.m2c2("check", "asked.json")
        assert (status == 0) == right and (right or key in text), (key, text)
