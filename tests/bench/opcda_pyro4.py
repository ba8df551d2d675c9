#!/usr/bin/python3
"""The reads of tests/bench/opcda.cpp by Debian's Pyro4 client: opcda_pyro4.py PORT TAGS READS prints the same figures.
It makes no JSON of what it reads."""
import json
import sys
import time

import Pyro4

port, tags, reads = (int(argument) for argument in sys.argv[1:4])
root = Pyro4.Proxy(f"PYRO:opc@127.0.0.1:{port}")
session = root.create_client()
session = Pyro4.Proxy(f"PYRO:{session._pyroUri.object}@127.0.0.1:{port}")  # the gateway says localhost:7766
session.connect("Matrikon.OPC.Simulation.1")
items = [f"Bulk.Tag{i:04}" for i in range(1, tags + 1)]
cpu, begin = time.thread_time(), time.monotonic()
for _ in range(reads):
    assert len(session.read(items, sync=True)) == tags
print(json.dumps({"cpu_us": round(1e6 * (time.thread_time() - cpu) / reads, 1),
                  "time_us": round(1e6 * (time.monotonic() - begin) / reads, 1)}))
session.close()
