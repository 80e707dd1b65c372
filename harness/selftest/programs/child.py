# Talks over stdin and stdout: every line is a JSON text and gets one line back. Ends with the end of stdin.
import json
import os
import signal
import sys

signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
number = 0


def answer(asked):
    global number
    if asked == "ping":
        return "pong"
    if asked == "add":
        number += 1
        return number
    if asked == "get":
        return number
    return asked


for line in sys.stdin.buffer:
    reply = json.dumps(answer(json.loads(line.decode())), ensure_ascii=False, separators=(",", ":"))
    sys.stdout.buffer.write((reply + "\n").encode())
    sys.stdout.buffer.flush()
