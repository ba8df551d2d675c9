"""AWS for the stories: emulators behind proxies that verify every signature and misbehave on command, and the places where a
device gets its keys (tests/cloud). One process for all stories of a worker; each story has its own proxies, keys and faults."""
import base64
import collections
import json
import os
import pathlib
import shutil
import subprocess
import urllib.error
import urllib.request

import pytest

from plant import free_port, until

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "cloud"

Key = collections.namedtuple("Key", "id secret token expires", defaults=(None, None))


def missing():
    """Why there can be no cloud on this machine, or None."""
    if not shutil.which("node"):
        return "node is not installed: run tools/setup --test"
    if not (FOLDER / "node_modules" / ".installed").exists():
        return "tests/cloud/node_modules is not there: run tools/setup --test where npm's registry can be reached"
    return None


class Emulators:
    """The process: emulators of Kinesis, DynamoDB and S3. `tell` steers it."""

    def __init__(self, folder):
        self.log = pathlib.Path(folder) / "emulators.log"
        self._log = self.log.open("ab")
        self.child = subprocess.Popen(["node", FOLDER / "emulators.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=self._log, env=os.environ | {"AWS_EC2_METADATA_DISABLED": "true"})
        line = self.child.stdout.readline()
        assert line, f"the emulators did not start:\n{self.log.read_text()}"
        self._admin = f"http://127.0.0.1:{json.loads(line)['admin']}/"

    def tell(self, **command):
        request = urllib.request.Request(self._admin, json.dumps(command).encode(), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{command}: {error.read().decode()}") from None
        except urllib.error.URLError as error:
            raise AssertionError(f"the emulators are gone ({error}):\n{self.log.read_text()[-4000:]}") from None

    def stop(self):
        self.child.stdin.close()  # It ends with its input, so that it never outlives us, come what may.
        self.child.wait(20)
        self.child.stdout.close()
        self._log.close()


class Refusal(Exception):
    """What a service answered instead: `name` is the code to decide by."""

    def __init__(self, name, message, status):
        super().__init__(f"{status} {name}: {message}")
        self.name, self.status = name, status


class Service:
    """One service as a story sees it: where it is, what goes wrong with it, and what came."""

    def __init__(self, cloud, name, port, scheme="http"):
        self._cloud, self._name, self.port = cloud, name, port
        self.url = f"{scheme}://127.0.0.1:{port}"

    def _tell(self, **command):
        return self._cloud.tell(service=self._name, **command)

    def fault(self, kind, count=None, seconds=None, **more):
        """Lets `count` requests fail, or all for so many seconds, or until heal(). kind: throttle, throttle-request (DynamoDB),
        partial (every=2, code=…: each second record of PutRecords), error (status=500), denied, stall (never answered), cut-request and
        cut-answer (after=bytes; a cut answer was carried out), slow (seconds= each). operation="PutRecords": only such."""
        more |= {name: value for name, value in (("count", count), ("seconds", seconds)) if value is not None}
        self._tell(do="fault", kind=kind, **more)

    def heal(self):
        self._tell(do="heal")

    def down(self):
        """Refuses connections, and cuts those that stand, until up()."""
        self._tell(do="down")

    def up(self):
        self._tell(do="up")

    def swallow(self):
        """From now on what is written is verified, counted and forgotten (kinesis, s3): for benchmarks."""
        self._tell(do="swallow")

    def stats(self):
        """connections, requests, accepted, bytes, records (that came), stored, errors and operations (by name),
        openUploads (S3: multipart, neither completed nor aborted)."""
        return self._tell(do="stats")

    def call(self, operation, key=None, **input_):
        """A call with Amazon's client through this proxy; raises Refusal. Bytes are {"base64": …}."""
        key = {"key": key._asdict()} if key else {}
        outcome = self._tell(do="call", operation=operation, input=input_, **key)
        if "error" in outcome:
            raise Refusal(outcome["error"]["name"], outcome["error"]["message"], outcome["error"].get("status"))
        return outcome["answer"]

    def _read(self, name, **more):
        """By a way of its own: the story's faults do not touch it, nor is it counted."""
        return self._cloud.clean.tell(do="read", service=self._name, name=name, **more)


class Kinesis(Service):
    def make_stream(self, name, shards=1):
        self._cloud.clean.kinesis.call("CreateStream", StreamName=name, ShardCount=shards)
        until(lambda: self._status(name) == "ACTIVE", f"stream {name}")
        return name

    def _status(self, name):
        summary = self._cloud.clean.kinesis.call("DescribeStreamSummary", StreamName=name)
        return summary["StreamDescriptionSummary"]["StreamStatus"]

    def read(self, stream):
        """Every record: {shard, sequence, key, data}, in order per shard; data as bytes."""
        return [record | {"data": base64.b64decode(record["data"])} for record in self._read(stream)]

    def limit(self, **limits):
        """Other limits of a shard than AWS's: bytesPerSecond, recordsPerSecond."""
        self._tell(do="limit", limits=limits)

    def unlimited(self):
        self._tell(do="limit", limits=None)


class S3(Service):
    def make_bucket(self, name):
        self._cloud.clean.s3.call("CreateBucket", Bucket=name)
        return name

    def read(self, bucket, prefix=""):
        """Every object, by key: {key, size, type, encoding, body}; body as bytes."""
        return {found["key"]: found | {"body": base64.b64decode(found["body"])} for found in self._read(bucket, prefix=prefix)}


class DynamoDB(Service):
    def make_table(self, name, **keys):
        """make_table("jobs", jobid="S", version="N"): the partition key first."""
        roles = ["HASH", "RANGE"]
        self._cloud.clean.dynamodb.call(
            "CreateTable", TableName=name, BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": type_} for key, type_ in keys.items()],
            KeySchema=[{"AttributeName": key, "KeyType": role} for key, role in zip(keys, roles)])
        until(lambda: self._cloud.clean.dynamodb.call("DescribeTable", TableName=name)["Table"]["TableStatus"] == "ACTIVE", f"table {name}")
        return name

    def read(self, table):
        """Every item as a plain dict."""
        return self._read(table)


class Cloud:
    """One story's AWS: kinesis, s3, dynamodb, container, metadata and, after start_iot(), iot. `key` is one for good."""

    def __init__(self, emulators, clean=None):
        self._emulators = emulators
        ports = {name: free_port() for name in ("kinesis", "s3", "dynamodb", "container", "metadata")}
        opened = emulators.tell(do="open", ports=ports)
        self._site, self.region, self.key = opened["site"], opened["region"], Key(**opened["key"])
        self.clean = clean or self
        self.kinesis = Kinesis(self, "kinesis", ports["kinesis"])
        self.s3 = S3(self, "s3", ports["s3"])
        self.dynamodb = DynamoDB(self, "dynamodb", ports["dynamodb"])
        self.container = Service(self, "container", ports["container"])
        self.container_token = opened["containerToken"]
        self.metadata = Service(self, "metadata", ports["metadata"])
        self._iot_config = {}

    def tell(self, **command):
        return self._emulators.tell(site=self._site, **command)

    def clock(self, offset):
        """The services' clocks are so many seconds off ours."""
        self.tell(do="clock", offset=offset)

    def lifetime(self, seconds):
        """How long the keys handed out from now on are good."""
        self.tell(do="lifetime", seconds=seconds)

    def expire(self):
        """Every temporary key expires now; its next use is refused."""
        self.tell(do="expire")

    def temporary_key(self, seconds=3600):
        return Key(**self.tell(do="key", seconds=seconds))

    def environment(self, key=None):
        """The variables that give a process this key, with Amazon's client as well as with m2c2."""
        key = key or self.key
        variables = {"AWS_ACCESS_KEY_ID": key.id, "AWS_SECRET_ACCESS_KEY": key.secret, "AWS_REGION": self.region}
        return variables | ({"AWS_SESSION_TOKEN": key.token} if key.token else {})

    def container_environment(self):
        return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self.container.url}/creds",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": self.container_token}

    def instance_environment(self):
        return {"AWS_EC2_METADATA_SERVICE_ENDPOINT": self.metadata.url}

    def config(self):
        """m2c2's [aws] table for this cloud: its endpoints, and its credentials provider once it is started."""
        table = {"region": self.region, "kinesis-endpoint": self.kinesis.url, "s3-endpoint": self.s3.url,
                 "dynamodb-endpoint": self.dynamodb.url}
        return table | self._iot_config

    def start_iot(self, folder, alias="m2c2-role", thing="press-1", forbidden_alias="m2c2-forbidden"):
        """AWS IoT's credentials provider. Certificates in `folder`: ca.pem; device.pem with device.key, which is registered; and
        stranger.pem with stranger.key, of the same authority, which is not."""
        folder = pathlib.Path(folder)
        make_certificates(folder)
        port = free_port()
        self.tell(do="iot", port=port, key=str(folder / "server.key"), cert=str(folder / "server.pem"), ca=str(folder / "ca.pem"),
                  device=str(folder / "device.pem"), alias=alias, thing=thing, forbiddenAlias=forbidden_alias)
        self.iot = Service(self, "iot", port, "https")
        self._iot_config = {"credentials-endpoint": self.iot.url, "role-alias": alias, "thing-name": thing,
                            "cert-file": str(folder / "device.pem"), "key-file": str(folder / "device.key"),
                            "ca-file": str(folder / "ca.pem")}
        return self.iot

    def stop(self):
        self.tell(do="close")


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_certificates(folder):
    """An authority, and one certificate each for the server (127.0.0.1, localhost), the device and a stranger."""
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(folder, "req", "-x509", *curve, "-days", "2", "-subj", "/CN=test authority", "-keyout", "ca.key", "-out", "ca.pem")
    (folder / "names.cnf").write_text("subjectAltName = IP:127.0.0.1, DNS:localhost\n")
    for name in ("server", "device", "stranger"):
        openssl(folder, "req", *curve, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                "-extfile", "names.cnf", "-out", f"{name}.pem")


@pytest.fixture(scope="session")
def cloud_session(tmp_path_factory):
    """The emulators, and a site without faults for reading."""
    if reason := missing():
        pytest.skip(reason)
    emulators = Emulators(tmp_path_factory.mktemp("cloud"))
    yield emulators, Cloud(emulators)
    emulators.stop()


@pytest.fixture
def cloud(cloud_session):
    """A story's own AWS; skipped where npm's packages could not be had."""
    emulators, clean = cloud_session
    built = Cloud(emulators, clean)
    yield built
    built.stop()


@pytest.fixture
def dynamodb(cloud, monkeypatch):
    """Its DynamoDB, with the keys in the environment of every process that the story starts."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in cloud.environment().items():
        monkeypatch.setenv(name, value)
    return cloud.dynamodb
