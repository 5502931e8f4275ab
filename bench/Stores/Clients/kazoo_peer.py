"""kazoo, ZooKeeper's client for Python, doing the same: a line of JSON asks for a slice, a line answers. Ends with its input."""
import json
import os
import sys
import threading
import time
from collections import deque

from kazoo.client import KazooClient

hosts, nodes, size, depth = sys.argv[1], *map(int, sys.argv[2:5])
data = b"x" * size
client, watcher = KazooClient(hosts=hosts, timeout=30), KazooClient(hosts=hosts, timeout=30)
client.start(timeout=30)
watcher.start(timeout=30)
for node in range(nodes):
    client.ensure_path(f"/bench/{node}")
    client.set(f"/bench/{node}", data)


def multi(node):
    transaction = client.transaction()
    transaction.check(f"/bench/{node}", -1)
    transaction.set_data(f"/bench/{node}", data)
    transaction.set_data(f"/bench/{(node + 1) % nodes}", data)
    return transaction.commit_async()


starts = {
    "read": lambda node: client.get_async(f"/bench/{node}"),
    "write": lambda node: client.set_async(f"/bench/{node}", data),
    "multi": multi,
}


def run(operation, seconds):
    start, waiting, count = starts[operation], deque(), 0
    cpu, begin = time.process_time(), time.perf_counter()
    while time.perf_counter() - begin < seconds:
        waiting.append(start(count % nodes))
        count += 1
        if len(waiting) == depth:
            waiting.popleft().get()
    for result in waiting:
        result.get()
    return {"count": count, "seconds": time.perf_counter() - begin, "cpu_s": time.process_time() - cpu}


def watch(count):
    times = []
    for _ in range(count):
        seen = threading.Event()
        moment = []

        def on_event(_, seen=seen, moment=moment):
            moment.append(time.perf_counter())
            seen.set()

        watcher.get("/bench/0", watch=on_event)
        begin = time.perf_counter()
        client.set_async("/bench/0", data)
        seen.wait(30)
        times.append((moment[0] - begin) * 1000)
    return {"times_ms": times}


print('{"ready":true}', flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    answer = watch(asked["count"]) if asked["operation"] == "watch" else run(asked["operation"], asked["seconds"])
    print(json.dumps(answer), flush=True)
os._exit(0)
