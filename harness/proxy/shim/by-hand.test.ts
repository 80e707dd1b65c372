// A child over stdio, started by hand and by way of a link: the same programs, the same questions, and the answers must be
// equal, whether its parent starts it in its own group or detached.
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CELLS, type Cell, endAll, outputOf, SLEEPER, takenUntilFull, writtenUntilBlocked } from '../testing/stdio-cells.ts';
import { stdioBench, type StdioBench } from '../testing/stdio-bench.ts';
import { nativesHere } from './relay.ts';

const natives = await nativesHere();
const hasPython = spawnSync('python3', ['--version']).status === 0;
/** What a child can write before it blocks, of what it is by hand. */
const RATIO_MAX = 1.5;
const WITHIN_MS = 90_000;

describe.skipIf('missing' in natives)('a child over stdio', () => {
  let bench: StdioBench;
  beforeAll(async () => {
    bench = await stdioBench();
  });
  afterAll(async () => {
    endAll();
    await bench[Symbol.asyncDispose]();
  });

  test.each(['attached', 'detached'] as const)('is what it would be without us: %s', { timeout: WITHIN_MS }, async (spawning) => {
    const detached = spawning === 'detached';
    const cells = CELLS.filter(({ only = spawning, needs }) => only === spawning && (needs === undefined || hasPython));
    const ask = async ({ what, command, ask }: Cell, words: (command: readonly string[]) => string[]): Promise<unknown> => [
      what,
      await ask({ words: words(command), detached }),
    ];
    const byHand = await Promise.all(cells.map((cell) => ask(cell, (command) => [...command])));
    const under = await Promise.all(cells.map((cell) => ask(cell, (command) => bench.words(command))));
    expect(under).toEqual(byHand);
  });

  test('blocks a writer whose reader does not read hardly later than without us', { timeout: WITHIN_MS }, async () => {
    const ratios = await Promise.all([
      ...([1, 2] as const).flatMap((fd) =>
        [80, 4_000].map(async (bytes) => {
          const byHand = await writtenUntilBlocked((command) => [...command], fd, bytes);
          return { what: `${fd} by ${bytes}`, ratio: (await writtenUntilBlocked(bench.words, fd, bytes)) / byHand };
        }),
      ),
      ...[80, 1_000, 4_000].map(async (bytes) => {
        const byHand = await takenUntilFull({ words: SLEEPER, detached: false }, bytes);
        return {
          what: `stdin by ${bytes}`,
          ratio: (await takenUntilFull({ words: bench.words(SLEEPER), detached: false }, bytes)) / byHand,
        };
      }),
    ]);
    expect(ratios.filter(({ ratio }) => !(ratio <= RATIO_MAX))).toEqual([]);
  });
});

test.skipIf('missing' in natives)(
  'all that a child prints before it ends arrives, whatever the fault',
  { timeout: WITHIN_MS },
  async () => {
    const FAULTS: [type: string, attributes: object, bytes: number][] = [
      ['split', { every: 1 }, 1_200],
      ['split', { every: 100 }, 100_000],
      ['bandwidth', { rate: 64 }, 100_000],
      ['latency', { latency: 3_000 }, 80],
      ['stall', { at_byte: 10, for_ms: 3_000 }, 200_000],
      ['slow_reader', { rate: 50_000 }, 100_000],
    ];
    const arrived = await Promise.all(
      FAULTS.map(async ([type, attributes, bytes]) => {
        await using bench = await stdioBench();
        await bench.arm(type, 'stdout', attributes);
        return [type, await outputOf(bench.words(['sh', '-c', `head -c ${bytes} /dev/zero; exit 3`]))];
      }),
    );
    expect(arrived).toEqual(FAULTS.map(([type, , bytes]) => [type, { bytes, code: 3, signal: null }]));
  },
);

test('the table of the documentation is current', async () => {
  const rows = CELLS.map(({ what, only }) => `| ${what} | ${only === 'detached' ? '' : 'equal'} | ${only === 'attached' ? '' : 'equal'} |`);
  await expect(`${HEAD}${rows.join('\n')}\n${TAIL}`).toMatchFileSnapshot('../../../docs/reference/children-over-stdio.md');
});

const HEAD = `# Children over stdio

This page is generated from \`harness/proxy/testing/stdio-cells.ts\`. A test fails when it is not current, and
\`npx vitest run harness/proxy/shim/by-hand.test.ts -u\` writes it anew.

A child over stdio is the child that its parent would have without Tornwire. The test puts each question below to the same programs twice,
by hand and by way of a link, for a parent that starts its child in its own process group and for one that starts it detached. The
answers must be equal.

| question | attached | detached |
| --- | --- | --- |
`;

const TAIL = `
What a child can write before it blocks, and what its parent can, is at most 1.5 times what it is by hand, for stdin, stdout and stderr
each. For that the link takes the next 2 KiB of a stream only when those before have passed, until the reader is seen to read. A reader that stops in
mid-stream is noticed later: the link then holds up to some 14 KB. All that a child prints before it ends arrives, however late: the test delays it by splits, bandwidth, latency, a stall and a slow
reader, and its end is known to its parent at once, as by hand.

## How it works

The parent starts a stand-in in place of the command. The stand-in gives its three descriptors to a relay over a Unix socket, puts ends of
its own in their place, of the same kind and size, and becomes the command by execve. The relay is started by the harness, in nobody's
tree. It joins both ends to the link, and so to the fault proxy. It learns the child's end from the kernel, which keeps a record of it
for whoever holds the process (\`PIDFD_GET_INFO\`).

## What differs

- A start takes longer by the start of Node, some 50 ms on an idle machine.
- A command that does not exist is no error of spawning: the child ends with code 127 and says so on stderr.
- The child's own variables and two marks of the harness (\`TORNWIRE_RUN\`, \`TORNWIRE_NODE\`) lie over its parent's environment.
- \`argv[0]\` is the first word of the command, also where the parent passes another one.
- A signal from parent to child is not seen by the harness. A child that answers one with a code of its own has a node that lists that
  code in \`exits\`.

This needs Linux 6.15 or newer, on x64 or arm64, and koffi. Elsewhere a process of Tornwire's stays between the parent and the child,
which runs in a group of its own; a line in the parent's log says so and why. Then most of the table does not hold.
`;
