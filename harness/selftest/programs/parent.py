# Takes lines on a socket and passes each to a child over its stdin; what the child prints goes back. One child for all.
import json
import os
import signal
import socket
import subprocess
import threading

child = subprocess.Popen(json.loads(os.environ["CHILD"]), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
one_at_a_time = threading.Lock()


def serve(connection):
    try:
        with connection, connection.makefile("rb") as lines:
            for line in lines:
                with one_at_a_time:
                    child.stdin.write(line)
                    child.stdin.flush()
                    reply = child.stdout.readline()
                connection.sendall(reply or b'{"gone":true}\n')
    except OSError:
        pass


def stop(*_):
    child.stdin.close()
    child.wait()
    os._exit(0)


signal.signal(signal.SIGTERM, stop)
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((os.environ["HOST"], int(os.environ["PORT"])))
listener.listen(64)
print("ready", flush=True)
while True:
    connection, _ = listener.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
