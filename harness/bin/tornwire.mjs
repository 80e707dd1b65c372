#!/usr/bin/env node
// The launcher is plain JavaScript because the system's own Node may be too old to read TypeScript:
// below Node 24 it starts the Node that `npm ci` put beside the project and passes signals on.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import(main);
} else {
  const node = bundledNode();
  if (node === undefined) {
    console.error(`tornwire: needs Node 24 or newer, this is ${process.version}; run 'npm ci' to get one inside the project`);
    process.exit(3);
  }
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 3);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function bundledNode() {
  const require = createRequire(import.meta.url);
  try {
    return require.resolve(`node-linux-${process.arch}/bin/node`);
  } catch {
    return undefined;
  }
}
