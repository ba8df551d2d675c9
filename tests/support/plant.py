"""A small plant for the stories: a broker, simulated PLCs, m2c2's own processes and an operator with an MQTT client
that is not ours. A wait is for a condition; time passes only where an outage has to last."""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

import paho.mqtt.client as paho

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("M2C2_BUILD", ROOT / "build" / "release")).resolve()
EXAMPLES = ROOT / "examples"
# A sanitizer makes everything slower; a wait that fails is a failure all the same, only later.
PATIENCE = 60 if re.search("asan|tsan", str(BUILD)) else 20


def until(condition, what, patience=None):
    """Waits for a truthy value of condition() and returns it."""
    deadline = time.monotonic() + (patience or PATIENCE)
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.01)
    return value


_reserved = []


def free_port():
    """A port that is ours until we end, whether one of our listeners has it or none: it stays bound, which keeps others off it
    but no listener that sets SO_REUSEADDR, as all of ours do. For what comes back on its port, or never listens."""
    reservation = socket.socket()
    reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reservation.bind(("127.0.0.1", 0))
    _reserved.append(reservation)
    return reservation.getsockname()[1]


class Process:
    """A child with its output in a file. Ends with the story; a crash of its own fails the story."""

    def __init__(self, folder, name, *command, stdin=None):
        self.log = pathlib.Path(folder) / f"{name}.log"
        self._out = self.log.open("ab")
        self.expected_end = False
        self.child = subprocess.Popen([str(c) for c in command], stdout=self._out, stderr=subprocess.STDOUT, stdin=stdin,
                                      cwd=folder)

    def output(self):
        return self.log.read_text(errors="replace")

    def await_output(self, pattern):
        def found():
            assert self.child.poll() is None or re.search(pattern, self.output()), f"it ended:\n{self.output()}"
            return re.search(pattern, self.output())
        return until(found, f"{pattern!r} in {self.log}")

    def kill(self):
        """kill -9: as a power cut to the process."""
        self.expected_end = True
        self.child.kill()
        self.child.wait()

    def stop(self):
        """A clean stop; returns how long it took, seconds."""
        begin = time.monotonic()
        self.expected_end = True
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        status = self.child.wait(PATIENCE)
        assert status == 0, f"it ended with {status}:\n{self.output()}"
        return time.monotonic() - begin

    def end(self):
        crashed = self.child.poll() not in (None, 0) and not self.expected_end
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                crashed = self.child.wait(PATIENCE) != 0
            except subprocess.TimeoutExpired:
                self.child.kill()
                crashed = True
        self._out.close()
        assert not crashed, f"{self.child.args[0]} ended with {self.child.returncode}:\n{self.output()[-8000:]}"
        assert "Sanitizer" not in self.output(), self.output()[-8000:]


class Plc(Process):
    """m2c2-sim-plc, steered over its standard input."""

    def __init__(self, folder, *options, port=0, name=None):
        name = name or f"plc-{time.monotonic_ns()}"
        super().__init__(folder, name, BUILD / "m2c2-sim-plc", "--listen", f"127.0.0.1:{port}", "--interactive", *options,
                         stdin=subprocess.PIPE)
        self.port = int(self.await_output(r"listening on 127\.0\.0\.1:(\d+)")[1])

    def tell(self, line):
        answers = self.output().count("\nok") + self.output().count("\nerror:")
        self.child.stdin.write(f"{line}\n".encode())
        self.child.stdin.flush()
        until(lambda: self.output().count("\nok") + self.output().count("\nerror:") > answers, f"the answer to {line!r}")
        assert self.output().rstrip().endswith("ok"), self.output()


class OpcdaGateway(Process):
    """m2c2-sim-opcda, steered over its standard input."""

    def __init__(self, folder, *options, port=0, name=None):
        name = name or f"opcda-{time.monotonic_ns()}"
        super().__init__(folder, name, BUILD / "m2c2-sim-opcda", "--listen", f"127.0.0.1:{port}", "--interactive", *options,
                         stdin=subprocess.PIPE)
        self.port = int(self.await_output(r"listening on 127\.0\.0\.1:(\d+)")[1])

    def _answers(self):
        return re.findall(r"^(?:ok|error:).*\n", self.output(), re.M)

    def tell(self, line):
        """One command; returns what stands behind its `ok`."""
        before = len(self._answers())
        self.child.stdin.write(f"{line}\n".encode())
        self.child.stdin.flush()
        until(lambda: len(self._answers()) > before, f"the answer to {line!r}")
        answer = self._answers()[-1].strip()
        assert answer.startswith("ok"), answer
        return answer[2:].strip()

    def stats(self):
        return json.loads(self.tell("stats"))


class Broker(Process):
    """The real mosquitto on a port that it keeps over restarts; `settings` are more lines of its configuration."""

    def __init__(self, folder, port=None, settings=()):
        self.port = port or free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        config = pathlib.Path(folder) / "mosquitto.conf"
        config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n"
                          "max_queued_messages 0\nlog_type error\n"
                          + "".join(f"{line}\n" for line in settings)
                          + ("user root\n" if os.geteuid() == 0 else ""))
        super().__init__(folder, f"broker-{time.monotonic_ns()}", "/usr/sbin/mosquitto", "-c", config)
        until(self._answers, "the broker")

    def _answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Operator:
    """Publishes requests and keeps every message of m2c2/#."""

    def __init__(self, broker):
        self._lock = threading.Lock()
        self._messages = []  # (topic, payload as JSON or text, arrival)
        self._subscribed = threading.Event()
        self._client = paho.Client(client_id=f"operator-{os.getpid()}-{time.monotonic_ns()}")
        self._client.max_inflight_messages_set(1000)
        self._client.on_connect = lambda client, *_: client.subscribe("m2c2/#", qos=1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._on_message
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()
        assert self._subscribed.wait(PATIENCE)

    def _on_message(self, _client, _data, message):
        try:
            payload = json.loads(message.payload)
        except (ValueError, RecursionError):
            payload = message.payload.decode(errors="replace")
        with self._lock:
            self._messages.append((message.topic, payload, time.monotonic()))

    def publish(self, payload, topic="m2c2/job/request", retain=False):
        if isinstance(payload, (dict, list)):
            payload = json.dumps(payload)
        info = self._client.publish(topic, payload, qos=1, retain=retain)
        info.wait_for_publish(PATIENCE)
        assert info.is_published()

    def control(self, control, *names, version=None, **members):
        properties = [{"name": n} | ({"version": version} if version else {}) for n in names]
        self.publish({"job": {"control": control, "properties": properties, **members}})

    def all(self, topic, since=0):
        """Payloads on a topic, in their order of arrival; `since`: a mark()."""
        with self._lock:
            return [payload for t, payload, _ in self._messages[since:] if t == topic]

    def mark(self):
        with self._lock:
            return len(self._messages)

    def topics(self, since=0):
        with self._lock:
            return {topic for topic, _, _ in self._messages[since:]}

    def arrivals(self, topic):
        with self._lock:
            return [at for t, _, at in self._messages if t == topic]

    def expect(self, topic, message=None, since=0, patience=None):
        """The first payload on the topic whose `message` is (or matches) this."""
        def found():
            for payload in self.all(topic, since):
                said = payload.get("message") if isinstance(payload, dict) else payload
                if message is None or said == message or (isinstance(message, re.Pattern) and message.search(str(said))):
                    return payload
            return None
        try:
            return until(found, f"{message!r} on {topic}", patience)
        except AssertionError as error:
            raise AssertionError(f"{error}; there came {self.all(topic, since)} and topics {self.topics(since)}") from None

    def values(self, topic, since=0):
        """All values of an SLMP tag, in order."""
        return [entry["value"] for payload in self.all(topic, since) for entry in payload["message"]]

    def end(self):
        self._client.loop_stop()
        self._client.disconnect()


def example(name, port, host="127.0.0.1", job=None, **connectivity):
    """One of the guide's requests with the address changed, and whatever else is given."""
    request = json.loads((EXAMPLES / name).read_text())
    details = request["job"]["machine-details"]
    details["connectivity-parameters"] |= {"machine-ip": host, "port-number": port, **connectivity}
    if job:
        request["job"]["properties"][0]["name"] = job
    return request


def word_job(name, port, tags, interval=0.5, iterations=1, control="deploy", version=None, **connectivity):
    """A binary job of device reads: tags maps a tag to (device code, head, points), e.g. ("A8", 100, 1) for D100."""
    def attribute(tag, code, head, points):
        return {"function": "device_read",
                "address-list": {"tag-name": tag, "subcommand": "0000", "device-code": code,
                                 "head-device": head.to_bytes(3, "little").hex().upper(),
                                 "number-of-points": points.to_bytes(2, "little").hex().upper()}}
    return {"job": {"control": control,
                    "properties": [{"name": name} | ({"version": version} if version else {})],
                    "machine-details": {
                        "machine-name": "machine 1",
                        "data-parameters": {"machine-query-iterations": iterations, "machine-query-time-interval": interval,
                                            "attributes": [attribute(tag, *where) for tag, where in tags.items()]},
                        "connectivity-parameters": {
                            "protocol": "slmp", "machine-ip": "127.0.0.1", "port-number": port, "network": 0, "station": 255,
                            "module": "03FF", "multidrop": 0, "timer": 0, "subheader": "with serial",
                            "communication-code": "binary", "ethernet": "tcp"} | connectivity}}}


def toml_value(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml_value(v)}" for k, v in value.items()) + "}"
    return json.dumps(value)


def toml_table(name, keys):
    """A table, or an array of tables."""
    if isinstance(keys, list):
        return "\n".join(toml_table(f"[{name}]", each) for each in keys)
    return f"[{name}]\n" + "\n".join(f"{k} = {toml_value(v)}" for k, v in keys.items())


class Plant:
    """Everything that one story starts, ended in reverse order."""

    def __init__(self, folder):
        self.folder = folder
        self._parts = []
        self.broker = None

    def add(self, part):
        self._parts.append(part)
        return part

    def start_broker(self, port=None, settings=()):
        self.broker = self.add(Broker(self.folder, port, settings))
        return self.broker

    def start_plc(self, *options, **named):
        return self.add(Plc(self.folder, *options, **named))

    def start_opcda(self, *options, **named):
        return self.add(OpcdaGateway(self.folder, *options, **named))

    def config(self, **more):
        """A configuration with its data in the story's folder; more = {"stream": {"max-size": "1 MiB"}}, and for tables
        that there may be several of: {"exporter": [{"kind": "archive"}]}."""
        tables = {"gateway": {"data-dir": str(self.folder / "data")}, "broker": {"url": self.broker.url},
                  "builder": {"store": f"sqlite:{self.folder / 'jobs.db'}"}}
        for table, keys in more.items():
            tables[table] = keys if isinstance(keys, list) else tables.get(table, {}) | keys
        path = self.folder / f"m2c2-{time.monotonic_ns()}.toml"
        path.write_text("\n".join(toml_table(name, keys) for name, keys in tables.items()))
        return path

    def start(self, role="up", config=None):
        """m2c2 up, gateway or builder on the story's broker; ready when it returns."""
        process = self.add(Process(self.folder, f"m2c2-{role}-{time.monotonic_ns()}", BUILD / "m2c2", "-v", role, "--config",
                                   config or self.config()))
        process.await_output(r"broker 127\.0\.0\.1:\d+: connected(.|\n)*" * (2 if role == "up" else 1))
        return process

    def operator(self):
        return self.add(Operator(self.broker))

    def m2c2(self, *arguments, patience=60):
        """A one-shot command: (status, output)."""
        done = subprocess.run([str(a) for a in (BUILD / "m2c2", *arguments)], cwd=self.folder, text=True, timeout=patience,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    def end(self):
        failures = []
        while self._parts:
            part = self._parts.pop()
            try:
                part.end()
            except AssertionError as failure:
                failures.append(str(failure))
        assert not failures, "\n".join(failures)
