// A harness that will be killed in mid-run: prepares a run with one node that never minds and one that minds its
// stdin, says so, and waits. Runs as `node doomed-harness.ts <process | container> <run id> <source>`.
import { containerRuntime } from '../../container/container-runtime.ts';
import { processRuntime } from '../../process/process-runtime.ts';
import { doomedTopology } from './doomed-topology.ts';

const [kind, runId = '', source = ''] = process.argv.slice(2);
const runtime = kind === 'container' ? containerRuntime() : processRuntime();
const disk = { node: 'careful', path: '{state}/disk', sizeKB: 64 };
const ground = await runtime.prepare({
  runId,
  topology: doomedTopology,
  source,
  proxied: [],
  disks: (await runtime.lacks({ on: 'file', fault: { kind: 'full-disk' } })) === undefined ? [disk] : [],
  signal: new AbortController().signal,
});
const { base } = ground.files.place('careless', '{state}');
if ((await runtime.lacks({ on: 'file', fault: { kind: 'read-only' } })) === undefined) await ground.files.freeze(base, false);
await Promise.all(doomedTopology.nodes.map((node) => ground.start(node, { line: () => {} })));
console.log(JSON.stringify({ folder: ground.folder }));
setInterval(() => {}, 60_000);
