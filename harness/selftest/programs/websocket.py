# A WebSocket server (RFC 6455) that holds one number. Every text message is a JSON text and gets one message back.
import base64
import hashlib
import json
import os
import signal
import socket
import struct
import threading

lock = threading.Lock()
number = 0


def answer(asked):
    global number
    if asked == "ping":
        return "pong"
    if asked == "add":
        with lock:
            number += 1
            return number
    if asked == "get":
        return number
    return asked


def exactly(stream, count):
    got = stream.read(count)
    if len(got) < count:
        raise EOFError
    return got


def send(connection, opcode, payload):
    head = bytes([0x80 | opcode, len(payload)]) if len(payload) < 126 else struct.pack("!BBH", 0x80 | opcode, 126, len(payload))
    connection.sendall(head + payload)


def receive(stream):
    first, second = exactly(stream, 2)
    length = second & 0x7F
    if length == 126:
        (length,) = struct.unpack("!H", exactly(stream, 2))
    mask = exactly(stream, 4)
    payload = bytes(byte ^ mask[at % 4] for at, byte in enumerate(exactly(stream, length)))
    return first & 0x0F, payload


def shake_hands(connection, stream):
    key = b""
    while (line := stream.readline()) not in (b"\r\n", b""):
        if line.lower().startswith(b"sec-websocket-key:"):
            key = line.split(b":", 1)[1].strip()
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    connection.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


def serve(connection):
    try:
        with connection, connection.makefile("rb") as stream:
            shake_hands(connection, stream)
            while True:
                opcode, payload = receive(stream)
                if opcode == 8:
                    send(connection, 8, payload)
                    return
                if opcode == 9:
                    send(connection, 10, payload)
                if opcode == 1:
                    send(connection, 1, json.dumps(answer(json.loads(payload.decode())), ensure_ascii=False, separators=(",", ":")).encode())
    except (OSError, EOFError):
        pass


signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((os.environ["HOST"], int(os.environ["PORT"])))
listener.listen(64)
print("ready", flush=True)
while True:
    connection, _ = listener.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
