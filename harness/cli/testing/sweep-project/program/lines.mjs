/** Calls `each` with every JSON value that comes on a line of its own; what is no JSON ends the connection. */
export function linesOf(socket, each) {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
      const line = rest.subarray(0, at).toString('utf8');
      rest = rest.subarray(at + 1);
      try {
        each(JSON.parse(line));
      } catch {
        socket.destroy();
      }
    }
  });
}
