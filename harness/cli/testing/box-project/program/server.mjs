// A server as most are: a fixed port on all interfaces, fixed paths below the temporary folder, and it counts processes.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';

const { NAME, PORT, ORPHAN, DB_HOST, DB_PORT, AWAY } = process.env;
for (const path of NAME ? [`/tmp/${NAME}`, `/dev/shm/${NAME}`] : []) writeFileSync(path, String(process.pid), { flag: 'wx' });
if (ORPHAN) spawn('/bin/sh', ['-c', `sleep ${ORPHAN} & exit 0`], { env: {}, detached: true, stdio: 'ignore' });

createServer((socket) => {
  socket.on('error', () => {});
  if (AWAY) connect(80, AWAY);
  else if (DB_PORT) connect(DB_PORT, DB_HOST, () => socket.write(JSON.stringify([`${DB_HOST}:${DB_PORT}`]) + '\n')).pipe(socket);
  else socket.write(JSON.stringify(processes()) + '\n');
}).listen(Number(PORT), '0.0.0.0', () => console.log('listening'));

function processes() {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(commandOf).filter((command) => command !== undefined);
}

/** Undefined for one that has gone since it was listed: outside a box there are many others. */
function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0];
  } catch {
    return undefined;
  }
}
