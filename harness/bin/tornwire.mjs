#!/usr/bin/env node
// The launcher is plain JavaScript that an old Node can read too. In the repository it starts the sources, in the
// package what was compiled from them. Where this Node is too old it looks for one that npm put into the project, as
// `npm ci` does in the repository, and passes signals on to it.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const source = new URL('../main.ts', import.meta.url);
const inRepository = existsSync(source);
const main = fileURLToPath(inRepository ? source : new URL('../dist/main.js', import.meta.url));
// The sources say `await using`, which Node 22 cannot read; the compiled package runs there.
const needed = inRepository ? '24.0.0' : engine();

if (atLeast(process.versions.node)) {
  await import(main);
} else {
  const node = bundledNode();
  if (node === undefined) {
    console.error(`tornwire: needs Node ${needed} or newer, this is ${process.version}; ${cure()}`);
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

/** What the package itself declares. */
function engine() {
  const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return engines.node.replace('>=', '');
}

function atLeast(version) {
  const [major, minor] = version.split('.').map(Number);
  const [neededMajor, neededMinor] = needed.split('.').map(Number);
  return major > neededMajor || (major === neededMajor && minor >= neededMinor);
}

function bundledNode() {
  const require = createRequire(import.meta.url);
  const name = `node-${process.platform}-${process.arch}`;
  try {
    return atLeast(require(`${name}/package.json`).version) ? require.resolve(`${name}/bin/node`) : undefined;
  } catch {
    return undefined;
  }
}

function cure() {
  if (inRepository) return "run 'npm ci' to get one inside the project";
  if (process.platform !== 'linux') return 'install one from https://nodejs.org';
  return `install one from https://nodejs.org, or into this project alone: npm install --save-dev node-linux-${process.arch}@24`;
}
