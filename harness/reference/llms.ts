// docs/llms.txt: for a coding agent that writes adapters and scenarios. An index with a sentence for each page, then the reference in short.
// The form is that of llmstxt.org.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOCS } from '../pack/manifest.ts';
import type { Declaration } from './declarations.ts';
import { FILE_WORDS, LINK_WORDS, NODE_WORDS } from './fault-words.ts';
import { completed, exportedBy, PAGES } from './pages.ts';

const FOLDER = join(import.meta.dirname, '../../docs');
const TITLES: Readonly<Record<string, string>> = {
  tutorials: 'Tutorials',
  'how-to': 'How to',
  explanation: 'Explanation',
  reference: 'Reference',
};

/** Where the first sentence of a page says too little about it. */
const ABOUT: Readonly<Record<string, string>> = {
  'how-to/first-verdict.md': 'What `tornwire init` finds in a project and writes, and how its files are checked.',
  'how-to/nightly-and-gate-in-ci.md': 'The gate on every change and the nightly in a CI service.',
  'how-to/which-fault.md': 'For each kind of lost connection: what a program sees, and the fault that does it.',
  'how-to/your-own-system.md': 'Adapter, clients, views, programs over stdio, containers, Vitest: all that a system of your own needs.',
  'reference/children-over-stdio.md': 'What a child over stdio is, and how it compares with one by hand.',
  'reference/exit-codes.md': 'What each exit code means.',
  'reference/faults-by-runtime.md': 'Which fault of nodes, files and clocks works in which runtime.',
  'reference/faults-by-transport.md': 'Which link fault works on which transport and fault server, and when it has fired.',
  'reference/proxy-api.md': 'The HTTP API of the fault proxy by itself, and what it has beyond that of Toxiproxy.',
  'reference/selftest.md': 'Tiny programs with planted bugs, by which Tornwire checks its own verdicts on a machine.',
};

/** Whoever writes an adapter or a scenario needs these with all their fields. */
const IN_SHORT = [
  'ScenarioSettings',
  'System',
  'StateView',
  'Topology',
  'Node',
  'Listener',
  'Readiness',
  'Link',
  'Where',
  'WhereNode',
  'WhereFile',
  'Trigger',
  'Script',
  'NodeControl',
];
const STEPS = [
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
];

export function renderLlms(): string {
  return `${[
    '# Tornwire',
    '> Tornwire starts real programs, puts a fault proxy on every link between them, breaks the links at an exact byte, and judges: no hang, no leak, no divergence.',
    [
      'To test a system, write an adapter (a `System`: nodes, links, clients) and scenarios (`defineScenario`) in `scenarios/*.scenario.ts`.',
      'Run `npx tornwire init` for a first adapter, `npx tornwire init --check` to find mistakes without starting anything, and `npx tornwire run`.',
      'Exit codes: 0 pass, 1 fail, 2 a mistake of yours, 3 the machine, 4 unknown. `npx tornwire explain <code>` explains the code behind a message.',
    ].join('\n'),
    ...Object.entries(TITLES).map(([folder, title]) => [`## ${title}`, '', ...pagesIn(folder).map(pageLine)].join('\n')),
    `## Words\n\n${pageLine('glossary.md')}`,
    '## The reference in short',
    stepsInShort(),
    faultsInShort(),
    ...IN_SHORT.map(inShort),
  ].join('\n\n')}\n`;
}

/** Those that the package has, but for its other index. */
export function packedPages(): string[] {
  return DOCS.filter((part) => part !== 'README.md').flatMap((part) =>
    part.endsWith('.md') ? [part] : part.includes('.') ? [] : pagesIn(part),
  );
}

function pagesIn(folder: string): string[] {
  return globSync(`${folder}/**/*.md`, { cwd: FOLDER }).toSorted();
}

function pageLine(page: string): string {
  const text = readFileSync(join(FOLDER, page), 'utf8');
  const title = /^# (.*)$/m.exec(text)?.[1] ?? page;
  const known = page.startsWith('reference/') ? PAGES[page.slice('reference/'.length, -'.md'.length)] : undefined;
  return `- [${title}](${page}): ${known?.about ?? ABOUT[page] ?? firstSentence(text)}`;
}

/** Of the first paragraph that is prose. */
function firstSentence(text: string): string {
  const paragraphs = text.replaceAll(/^```[^]*?^```$/gm, '').split(/\n{2,}/);
  const prose = paragraphs.find((each) => /^[A-Z"`*[]/.test(each.trim()) && !each.startsWith('Generated')) ?? '';
  const plain = prose.replaceAll('\n', ' ').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return (/^.*?[.:](?= |$)/.exec(plain)?.[0] ?? plain).trim().replace(/:$/, '.');
}

function inShort(name: string): string {
  const declaration = declarationOf(name);
  const doc = declaration.doc === '' ? '' : `${declaration.doc}\n`;
  if (declaration.members.length === 0) return `### ${name}\n\n${doc}${declaration.signature}`;
  const lines = declaration.members.map(
    ({ name: field, type, optional, doc: meaning, byDefault }) =>
      `- ${field}${optional ? '?' : ''}: ${type}${byDefault === undefined ? '' : ` = ${byDefault}`}${meaning === '' ? '' : ` — ${meaning}`}`,
  );
  return `### ${name}\n\n${doc}${lines.join('\n')}`;
}

function stepsInShort(): string {
  return `### Steps\n\n${STEPS.map((name) => `- ${name}${declarationOf(name).signature}`).join('\n')}`;
}

function faultsInShort(): string {
  const words = (fields: Readonly<Record<string, string>>): string =>
    Object.keys(fields).length === 0
      ? ''
      : `: ${Object.entries(fields)
          .map(([field, meaning]) => `${field} (${meaning})`)
          .join('; ')}`;
  const lines = (all: Readonly<Record<string, Readonly<Record<string, string>>>>): string[] =>
    Object.entries(all).map(([kind, fields]) => `- ${kind}${words(fields)}`);
  const files = Object.fromEntries(Object.entries(FILE_WORDS).map(([kind, { fields }]) => [kind, fields]));
  return [
    '### Faults on links (kind: fields)',
    lines(LINK_WORDS).join('\n'),
    '### Faults on nodes, with `node`',
    lines(NODE_WORDS).join('\n'),
    '### Faults on files',
    lines(files).join('\n'),
    '### Faults on clocks',
    '- jump: byMs (ms, back when negative)\n- skew: byMs (ms, until the step is lifted)',
  ].join('\n\n');
}

function declarationOf(name: string): Declaration {
  return completed(
    exportedBy('tornwire').find((each) => each.name === name),
    name,
  );
}
