"""What all sessions share: the address space, the faults of the moment and what was counted."""
# SPDX-License-Identifier: Apache-2.0
import collections
import threading
import time

import wire

# Servers that servers() names. The last one's class cannot be made: the usual 32/64-bit mistake.
MATRIKON = "Matrikon.OPC.Simulation.1"
WITHOUT_BROWSING = "NoBrowse.OPC.Server.1"
NOT_REGISTERED = "Broken.OPC.Server.1"
SERVERS = (MATRIKON, WITHOUT_BROWSING, NOT_REGISTERED)

CALLBACK_SECONDS = 0.0003  # until an asynchronous read's callback comes


class Conditions:
    def __init__(self, variant, space, leak=0):
        self.variant = variant
        self.space = space
        self.leak = leak          # entries that stay behind for each tag of an anonymous read; a real gateway: 1
        self.latency = 0.0        # seconds that the OPC server takes for each call
        self.down = 0             # the COM error of a dead OPC server, 0 while it lives
        self.incarnation = 1      # another one after each death: old connections to it stay dead
        self.no_automation = False  # the gateway's machine lacks the automation DLL
        self._lost_callbacks = 0
        self._counts = collections.Counter()
        self._lock = threading.Lock()

    def count(self, **more):
        with self._lock:
            self._counts.update(more)

    def counts(self):
        names = ("creates", "closes", "connects", "lists", "reads", "tags", "writes", "timeouts", "refused")
        with self._lock:
            return {name: self._counts[name] for name in names}

    def lose_callbacks(self, number):
        with self._lock:
            self._lost_callbacks = number

    def die(self, code=wire.SERVER_UNAVAILABLE):
        self.down = code
        self.incarnation += 1

    def rise(self):
        self.down = 0

    def failure(self, call, code):
        self.count(refused=1)
        return self.variant.failure(call, code)

    def wait(self):
        """For the OPC server's answer to a synchronous call."""
        if self.latency:
            time.sleep(self.latency)

    def wait_for_callback(self, timeout):
        """For an asynchronous read's answer, at most `timeout` seconds."""
        with self._lock:
            lost = self._lost_callbacks > 0
            self._lost_callbacks -= lost
        delay = self.latency or CALLBACK_SECONDS
        if not lost and delay <= timeout:
            time.sleep(delay)
            return
        time.sleep(max(timeout, 0))
        self.count(timeouts=1)
        raise self.variant.timeout("Callback: Timeout waiting for data")
