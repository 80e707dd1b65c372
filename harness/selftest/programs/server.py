# Holds one number. Every line is a JSON text and gets one line back. A thread for each connection.
import json
import os
import signal
import socket
import threading

lock = threading.Lock()
connections = set()
watchers = set()
number = 0


def answer(asked, connection):
    global number
    if asked == "ping":
        return "pong"
    if asked == "get":
        return number
    if asked == "status":
        return {"number": number, "connections": len(connections)}
    if asked == "watch":
        watchers.add(connection)
        return number
    if asked == "add":
        with lock:
            number += 1
            now = number
        for watcher in list(watchers):
            tell(watcher, {"now": now})
        return now
    return asked


def tell(connection, value):
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        connection.sendall((text + "\n").encode())
    except OSError:
        pass


def serve(connection):
    connections.add(connection)
    try:
        with connection.makefile("rb") as lines:
            for line in lines:
                tell(connection, answer(json.loads(line.decode()), connection))
    except OSError:
        pass
    connections.discard(connection)
    watchers.discard(connection)
    connection.close()


def listen():
    path = os.environ.get("SOCKET")
    if path:
        if os.path.exists(path):
            os.unlink(path)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
    else:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((os.environ["HOST"], int(os.environ["PORT"])))
    listener.listen(64)
    return listener


def stop(*_):
    path = os.environ.get("SOCKET")
    if path and os.path.exists(path):
        os.unlink(path)
    os._exit(0)


signal.signal(signal.SIGTERM, stop)
listener = listen()
print("ready", flush=True)
while True:
    connection, _ = listener.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
