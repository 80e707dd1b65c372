// The pages of docs/reference/ that are generated from the code: docstrings, schemas and tables.
import { join } from 'node:path';
import { CODES, explain } from '../model/codes/explain.ts';
import { ALWAYS_ON } from '../oracles/table.ts';
import { commands } from '../cli/program.ts';
import { commandsPage } from './commands.ts';
import { type Declaration, declarationIn, defaultsIn, exportsOf, openingOf } from './declarations.ts';
import { MARKERS, VARIABLES } from './environment.ts';
import { faultsPage } from './faults.ts';
import { cell, code, section, table } from './markdown.ts';
import { policyPage } from './policy.ts';

const HARNESS = join(import.meta.dirname, '..');
const inHarness = (file: string): string => join(HARNESS, file);

/** What can be imported from the package, by door. */
export const DOORS = {
  tornwire: 'index.ts',
  'tornwire/clients': 'clients/index.ts',
  'tornwire/packs': 'packs/index.ts',
  'tornwire/vitest': 'vitest/index.ts',
} as const;
type Door = keyof typeof DOORS;

export interface Page {
  title: string;
  /** One sentence, also for the index. */
  about: string;
  body(): string;
}

/** Of the main door: words with a page of their own. Everything else stands on the page of types. */
const ON_PAGES: Readonly<Record<string, readonly string[]>> = {
  steps: [
    'fault',
    'cut',
    'split',
    'latency',
    'respond',
    'stall',
    'onNode',
    'kill',
    'restart',
    'freeze',
    'environment',
    'limit',
    'calls',
    'unread',
    'networkCut',
    'onFile',
    'onClock',
    'Where',
    'WhereNode',
    'WhereFile',
    'Firings',
    'Trigger',
    'FrameMatch',
    'Duration',
    'Step',
    'LinkStep',
    'NodeStep',
    'FileStep',
    'ClockStep',
    'NodeArming',
    'CutHow',
    'Gap',
  ],
  script: ['Script', 'NodeControl', 'ScriptChild', 'CyclesOptions', 'OperationResult', 'IndeterminateError', 'Met', 'Parameters'],
  topology: [
    'Topology',
    'Node',
    'Listener',
    'Readiness',
    'Link',
    'DialsAtMost',
    'Heartbeat',
    'Address',
    'Direction',
    'Framing',
    'Transport',
    'Stream',
  ],
  scenario: ['defineScenario', 'ScenarioSettings', 'System', 'StateView', 'SideProbe', 'AcceptedFlaw', 'MachineFinding', 'MachineFindings'],
  oracles: [
    'Oracle',
    'Plan',
    'Verdict',
    'Finding',
    'UnknownReason',
    'FindingCode',
    'pass',
    'failOrPass',
    'unknown',
    'randomHandshakeKeys',
    'eventsOf',
    'observationsOf',
    'History',
    'Event',
    'EventBase',
    'EventBody',
  ],
};

export const PAGES: Readonly<Record<string, Page>> = {
  cli: {
    title: 'Commands and options',
    about: 'Every command of `tornwire` with its arguments, its options and their defaults.',
    body: () => commandsPage(commands(() => {})),
  },
  scenario: {
    title: 'A scenario and its system',
    about: 'The settings of a scenario with their defaults, and what an adapter (a system) is made of.',
    body: () => sectionsOf('scenario'),
  },
  steps: {
    title: 'Steps and triggers',
    about: 'The words in which a schedule is written: which step, on what, and when it acts.',
    body: () => sectionsOf('steps'),
  },
  faults: {
    title: 'Faults and their fields',
    about: 'Every fault of links, nodes, files and clocks with its fields, units and defaults.',
    body: faultsPage,
  },
  script: {
    title: 'What a script can do',
    about: 'Every function of a script, and what it controls: nodes, children, rounds, waits.',
    body: () => sectionsOf('script'),
  },
  topology: {
    title: 'Topology and placeholders',
    about: 'Nodes, listeners and links with all settings, and the placeholders of commands and variables.',
    body: () => `${placeholders()}\n\n${sectionsOf('topology')}`,
  },
  oracles: {
    title: 'Oracles and verdicts',
    about: 'The oracles that judge every run, and what an oracle of your own is made of.',
    body: () => `${oraclesTable()}\n\n${sectionsOf('oracles')}`,
  },
  policy: {
    title: 'Keys of a policy',
    about: 'Every key of the policy of the gate, with its default.',
    body: policyPage,
  },
  environment: {
    title: 'Environment variables',
    about: 'Every environment variable that Tornwire reads, and those that it gives to programs.',
    body: () => `${variables(VARIABLES)}\n\n## Given to the processes of a run\n\n${variables(MARKERS)}`,
  },
  codes: {
    title: 'Codes of messages',
    about: 'Every code that stands behind a message, and what it means.',
    body: () =>
      table(
        ['code', 'meaning', 'page'],
        CODES.map((each) => [code(each), cell(explain(each)?.means ?? ''), `[${explain(each)?.page}](../${explain(each)?.page})`]),
      ),
  },
  types: {
    title: 'All other types',
    about: 'Types of the package that the other pages do not hold: events of a history, clients, packs, Vitest.',
    body: () => (Object.keys(DOORS) as Door[]).map(restOf).join('\n\n'),
  },
};

export function renderReference(name: string): string {
  const { title, about, body } = PAGES[name] as Page;
  const note = 'Generated from the code by `npm run reference`; a test fails when this page is not current.';
  return `# ${title}\n\n${about}\n${note}\n\n${body()}\n`;
}

export function exportedBy(door: Door): readonly Declaration[] {
  return exportsOf(inHarness(DOORS[door]));
}

function sectionsOf(page: string): string {
  const all = new Map(exportedBy('tornwire').map((each) => [each.name, each]));
  return (ON_PAGES[page] ?? []).map((name) => section(completed(all.get(name), name))).join('\n\n');
}

/** The settings of a scenario are those of a scenario: with its docstrings, and with the defaults that are filled in. */
export function completed(declaration: Declaration | undefined, name: string): Declaration {
  if (!declaration) throw new Error(`the door exports no ${name}`);
  if (name !== 'ScenarioSettings') return declaration;
  const { members } = declarationIn(inHarness('model/scenario.ts'), 'Scenario');
  const docs = new Map(members.map((member) => [member.name, member.doc]));
  const defaults = defaultsIn(inHarness('model/scenario.ts'), 'defineScenario');
  return {
    ...declaration,
    doc: 'What `defineScenario` takes.',
    members: declaration.members.map((member) => {
      const byDefault = defaults.get(member.name);
      return { ...member, doc: member.doc || (docs.get(member.name) ?? ''), ...(byDefault !== undefined && { byDefault }) };
    }),
  };
}

function restOf(door: Door): string {
  const elsewhere = new Set(door === 'tornwire' ? Object.values(ON_PAGES).flat() : []);
  const rest = exportedBy(door).filter(({ name }) => !elsewhere.has(name));
  return [`## From ${door}`, ...rest.map((each) => section(each, '###'))].join('\n\n');
}

function oraclesTable(): string {
  return `These judge every run. If several fail, the first one gives the headline.\n\n${table(
    ['oracle', 'its question'],
    ALWAYS_ON.map(({ name, question }) => [code(name), cell(question)]),
  )}`;
}

function placeholders(): string {
  const opening = openingOf(inHarness('model/system/topology.ts'));
  const found = [...opening.matchAll(/(\{[\w.]+\}) {2,}(.*?)(?= {2,}\{|$| {3,}(?=\{))/g)].map(([, name = '', meaning = '']) => [
    code(name),
    cell(meaning.replaceAll(/\s+/g, ' ').trim()),
  ]);
  return `## Placeholders\n\nIn \`command\`, \`env\` and \`cwd\` of a node. Other braces stay as they are.\n\n${table(['placeholder', 'stands for'], found)}`;
}

function variables(all: Readonly<Record<string, string>>): string {
  return table(
    ['variable', 'meaning'],
    Object.entries(all).map(([name, meaning]) => [code(name), cell(meaning)]),
  );
}
