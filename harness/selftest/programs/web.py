# An HTTP server that holds one number: POST adds one, GET tells.
import json
import os
import signal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

number = 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.reply("")

    def do_POST(self):
        global number
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        number += 1
        self.reply(body.decode())

    def reply(self, body):
        text = json.dumps({"number": number, "got": body}, ensure_ascii=False, separators=(",", ":")).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
server = ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler)
print("ready", flush=True)
server.serve_forever()
