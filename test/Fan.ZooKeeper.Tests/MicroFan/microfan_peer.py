"""A peer that does, request by request and byte by byte, what Python's micro-fan 0.18 does with ZooKeeper and HTTP.

Each line of standard input is one command, each line of standard output its answer, both JSON.
"""
import json
import random
import re
import socket
import sys
import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, quote_plus

from kazoo.client import KazooClient
from kazoo.exceptions import NoNodeError, NodeExistsError
from kazoo.protocol.serialization import Create2
from kazoo.protocol.states import EventType
from kazoo.security import OPEN_ACL_UNSAFE

hosts, chroot, session = sys.argv[1], sys.argv[2], float(sys.argv[3])
client = KazooClient(hosts=hosts, timeout=session)
client.start(timeout=30)
output = threading.Lock()


def tell(value):
    with output:
        print(json.dumps(value), flush=True)


class RPCException(Exception):
    pass


# ---- registering -----------------------------------------------------------------------------------------------------
def create2(path, data, flags):
    result = client.handler.async_result()
    client._call(Create2(path, data, OPEN_ACL_UNSAFE, flags), result)
    return result.get()[0]


def create_chain(path):
    """Every part, also of the chroot, with a flag that the server takes for a plain persistent node; data null, not empty."""
    parts = ""
    for part in (chroot + path).strip("/").split("/"):
        parts += "/" + part
        try:
            create2(parts, None, 4)
        except NodeExistsError:
            pass


def register(command):
    name, version = command.pop("name"), command.pop("version")
    text = command.pop("text", None)
    data = (json.dumps(command) if text is None else text).encode()
    if client.exists(chroot + "/endpoints") is None:
        create_chain("/endpoints")
    path = "/endpoints/" + name.replace(".", "/") + "/" + version
    gone = threading.Event()
    if client.exists(chroot + path + "/barrier", watch=lambda event: event.type == EventType.DELETED and gone.set()) is None:
        return create_node(path, data)

    def wait():
        gone.wait()
        create_node(path, data)

    threading.Thread(target=wait, daemon=True).start()
    return {"waits": path + "/barrier"}


def create_node(path, data):
    create_chain(path)
    # Not tried again: if the chain goes in this moment, the service is never registered.
    node = create2(chroot + path + "/config_", data, 3)
    client.get(node, watch=lambda event: event.type == EventType.DELETED and threading.Thread(target=create_node, args=(path, data), daemon=True).start())
    return {"node": node[len(chroot):]}


# ---- finding, on every single call -----------------------------------------------------------------------------------
def find(name):
    path = chroot + "/endpoints/" + name.replace(".", "/")
    if client.exists(path) is None:
        raise RPCException("No such endpoint")
    children = client.get_children(path)
    if not children:
        raise RPCException("No such endpoint")
    version = sorted(child for child in children if re.match(r"^\d+(\.\d+){0,2}$", child))[-1]
    configs = sorted(child for child in client.get_children(path + "/" + version) if child.startswith("config_"))
    assert configs, "no instance"
    config = json.loads(client.get(path + "/" + version + "/" + configs[-1])[0])
    {"http": None}[config["transport"]]
    return version, config


# ---- calling ---------------------------------------------------------------------------------------------------------
def text_of(value):
    return ",".join(str(item) for item in value) if isinstance(value, list) else str(value)


def query_of(arguments):
    pairs = []
    for name, value in arguments.items():
        if isinstance(value, dict):
            pairs += [(name, key) for key in value]
        elif value is not None:
            pairs.append((name, text_of(value)))
    return "&".join(quote_plus(name) + "=" + quote_plus(value) for name, value in pairs)


def fields_of(arguments):
    pairs = []
    for name, value in arguments.items():
        for item in value if isinstance(value, (list, dict)) else [value]:
            if item is not None:
                pairs.append((name, str(item)))
    return pairs


def multipart(arguments, files):
    boundary = "f7b9a1c5e3d24680"
    body = ""
    for name, value in fields_of(arguments):
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
    for name, (file_name, content) in files.items():
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n\r\n{content}\r\n'
    return (body + f"--{boundary}--\r\n").encode(), "multipart/form-data; boundary=" + boundary


def call(command):
    version, config = find(command["name"])
    methods = {method["name"]: method for method in config["methods"]}
    assert command["method"] in methods, "Cannot find endpoint"
    method, arguments = methods[command["method"]], command.get("arguments", {})
    verb = method.get("method", "GET").upper()
    url = quote(method["url"].format(**arguments), safe="!#$%&'()*+,/:;=?@[]~")
    lines = [
        ("Host", f'{config["host"]}:{config["port"]}'), ("User-Agent", "python-requests/2.28.1"), ("Accept-Encoding", "gzip, deflate"),
        ("Accept", "*/*"), ("Connection", "keep-alive"), ("ot-span-id", f'{random.getrandbits(64):x}'), ("ot-trace-id", command.get("trace", "372b0db3bc3f9c0")),
        ("ot-baggage", json.dumps(command.get("baggage", {}))), ("ot-sampled", "true")]
    body = b""
    if verb in ("GET", "DELETE"):
        query = query_of(arguments)
        url += "?" + query if query else ""
        if verb == "DELETE":
            lines.append(("Content-Length", "0"))
    else:
        if "multipart" in method.get("content_type", "application/json"):
            if command.get("files"):
                body, content_type = multipart(arguments, command["files"])
            else:
                body = "&".join(quote_plus(name) + "=" + quote_plus(value) for name, value in fields_of(arguments)).encode()
                content_type = "application/x-www-form-urlencoded"
        else:
            body, content_type = json.dumps(arguments).encode(), "application/json"
        lines += [("Content-Length", str(len(body))), ("Content-Type", content_type)]
    head = f"{verb} {url} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines) + "\r\n"
    # A new connection for each call; the reply is read by the library that requests is made on.
    with socket.create_connection((config["host"].strip("[]"), int(config["port"]))) as connection:
        connection.sendall(head.encode("latin-1") + body)
        reply = HTTPConnection.response_class(connection, method=verb)
        reply.begin()
        content = reply.read().decode()
    told = {"version": version, "status": reply.status, "content_type": reply.getheader("Content-Type"), "text": content}
    if reply.status == 204:
        told["result"] = True
    elif reply.status in (200, 201):
        assert content == "" or reply.getheader("Content-Type", "").split(";")[0].endswith("json"), "ContentTypeError"
        told["result"] = json.loads(content)
    else:
        told["error"] = "RPCHttpError"
    return told


# ---- serving ---------------------------------------------------------------------------------------------------------
def trace_of(headers):
    """All four must be there and parse."""
    try:
        trace, span = (int(headers[name], 16) for name in ("ot-trace-id", "ot-span-id"))
        baggage = json.loads(headers["ot-baggage"])
        bool(json.loads(headers["ot-sampled"]))
        assert 0 < trace < 1 << 64 and 0 < span < 1 << 64
        return {"trace": format(trace, "x"), "baggage": baggage}
    except (KeyError, TypeError, ValueError, AssertionError):
        return None


def serve(command):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            if self.path.startswith("/simple/fail"):
                self.reply(418, b'{"error": "a teapot"}')
            elif self.command == "DELETE":
                self.send_response(204)
                self.end_headers()
            else:
                seen = {"who": command["who"], "verb": self.command, "target": self.path, "body": body, "content_type": self.headers.get("Content-Type"), "context": trace_of(self.headers)}
                self.reply(200 if self.command == "GET" else 201, json.dumps(seen).encode())

        def reply(self, status, body):
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

        do_GET = do_POST = do_PUT = do_DELETE = answer

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return {"port": server.server_port}


def found(command):
    version, config = find(command["name"])
    return {"version": version, "config": config}


def barrier(command):
    """An operator's hand."""
    path = chroot + command["path"] + "/barrier"
    if command["up"]:
        create_chain(command["path"])
        client.create(path, b"")
    else:
        client.delete(path)
    return {}


verbs = {"barrier": barrier, "register": register, "find": found, "call": call, "serve": serve}
for line in sys.stdin:
    command = json.loads(line)
    verb = command.pop("do")
    if verb == "stop":
        break
    try:
        tell(verbs[verb](command))
    except Exception as error:
        tell({"error": type(error).__name__, "message": str(error)})
client.stop()
client.close()
tell("stopped")
