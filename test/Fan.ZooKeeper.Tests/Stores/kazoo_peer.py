"""An independent client: tells what it reads of a tree that Fan wrote, and writes into it. One JSON value a line."""
import json
import sys

from kazoo.client import KazooClient

client = KazooClient(hosts=sys.argv[1], timeout=10)
client.start(timeout=20)


def tell(value):
    print(json.dumps(value), flush=True)


tree = {}
for name in sorted(client.get_children("/ours")):
    data, stat = client.get("/ours/" + name)
    tree[name] = [data.decode(), stat.version, stat.ephemeralOwner if stat.ephemeralOwner > 0 else 0]
tell(tree)

client.create("/theirs", b"from kazoo")
client.create("/theirs/e", b"\x00\xff", ephemeral=True)
sequence = client.create("/theirs/n_", "één".encode(), sequence=True)
transaction = client.transaction()
transaction.check("/ours/data", 1)
transaction.set_data("/ours/data", b"set by kazoo")
transaction.create("/theirs/t", b"in a transaction")
transaction.commit()
tell([client.client_id[0], sequence])

sys.stdin.readline()
client.stop()
client.close()
