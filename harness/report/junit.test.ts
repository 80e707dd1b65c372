import { expect, test } from 'vitest';
import { failOrPass, pass, unknown } from '../model/judging/verdict.ts';
import { rowDouble, summaryDouble } from '../results/case-result.double.ts';
import { junitXml } from './junit.ts';

const failed = (message: string) => failOrPass('hang', [{ message, events: [1] }]);
/** Markup, a CDATA end, an entity, an escape sequence, NUL, a lone surrogate, a non-character and an emoji. */
const HOSTILE = `</failure><x a="1'>]]>&amp;\u001b[31m\u0000\ud800\uffff\u{1f600}\r\n"`;

test('hostile text stays text: the report is well-formed and holds what XML can hold', () => {
  const row = rowDouble(failed(HOSTILE), { scenario: HOSTILE, title: HOSTILE, replay: HOSTILE });
  const lost = rowDouble(unknown('harness', 'injector', HOSTILE));
  const skipped = rowDouble(pass('all'), { verdict: 'skipped', reason: HOSTILE });
  const elements = parseXml(junitXml(summaryDouble([row, lost, skipped])));
  const held = `</failure><x a="1'>]]>&amp;\ufffd[31m\ufffd\ufffd\ufffd\u{1f600}\r\n"`;
  const [failure] = named(elements, 'failure');
  expect(failure?.attributes['message']).toBe(held);
  expect(failure?.text).toBe(`hang: ${held}\n${held}`);
  expect(named(elements, 'testcase')[0]?.attributes).toMatchObject({ classname: held, name: held });
  expect(named(elements, 'error')[0]?.attributes['message']).toBe(`injector: ${held}`);
  expect(named(elements, 'skipped')[0]?.attributes['message']).toBe(held);
});

test('unknown is an error, never a pass', () => {
  const elements = parseXml(junitXml(summaryDouble([rowDouble(unknown('fault-happened', 'vacuous', 'it never fired'))])));
  expect(named(elements, 'testsuites')[0]?.attributes).toMatchObject({ tests: '1', failures: '0', errors: '1', skipped: '0' });
  expect(named(elements, 'error')[0]?.attributes).toEqual({ type: 'unknown', message: 'vacuous: it never fired' });
});

test('what an unknown has found is told as not proved', () => {
  const { findings } = rowDouble(failed('no answer'));
  const row = rowDouble(unknown('hang', 'starved', 'CPU pressure 98 %'), { findings });
  expect(named(parseXml(junitXml(summaryDouble([row]))), 'error')[0]?.text).toContain('not proved (starved): hang: no answer');
});

test('a failure is headed by its first finding and holds the others and the replay line', () => {
  const verdict = failOrPass('hang', [
    { message: 'no answer', events: [1] },
    { message: 'nor here', events: [2] },
  ]);
  const [failure] = named(parseXml(junitXml(summaryDouble([rowDouble(verdict)]))), 'failure');
  expect(failure?.attributes).toEqual({ type: 'hang', message: 'no answer' });
  expect(failure?.text).toBe('hang: no answer\nhang: nor here\nnpx tornwire run links/cut');
});

test('a caught defect passes, and one that nobody caught is a failure that names who should have', () => {
  const caught = rowDouble(failed('no answer'), { defect: 'W1', expectedOracle: 'hang' });
  const missed = rowDouble(pass('all'), { defect: 'W2', expectedOracle: 'leak', repeat: 3 });
  const elements = parseXml(junitXml(summaryDouble([caught, missed])));
  expect(named(elements, 'testsuite')[0]?.attributes).toMatchObject({ tests: '2', failures: '1', errors: '0' });
  expect(named(elements, 'testcase').map(({ attributes }) => attributes['name'])).toEqual([
    'a cut link is dialled again [defect W1]',
    'a cut link is dialled again [defect W2] #3',
  ]);
  expect(named(elements, 'failure').map(({ attributes }) => attributes)).toEqual([
    { type: 'missed', message: 'defect W2 was not caught by oracle leak' },
  ]);
  expect(named(elements, 'system-out').map(({ text }) => text)).toEqual([
    'caught by hang\nhang: no answer\nnpx tornwire run links/cut',
    '[[ATTACHMENT|/nowhere/history.ndjson]]',
  ]);
  const properties = named(elements, 'property').map(({ attributes }) => [attributes['name'], attributes['value']]);
  expect(properties.slice(0, 4)).toEqual([
    ['seed', '7'],
    ['runtime', 'process'],
    ['engine', 'auto'],
    ['fingerprint', 'f00d'],
  ]);
});

test('once there is a report, it is what a failure has attached first, with the history behind it', () => {
  const [attached, ...more] = named(
    parseXml(junitXml(summaryDouble([rowDouble(failed('no answer')), rowDouble(pass('all'))]), { report: 'results/a & b/report.html' })),
    'system-out',
  );
  expect(attached?.text.split('\n')).toEqual(['[[ATTACHMENT|results/a & b/report.html]]', '[[ATTACHMENT|/nowhere/history.ndjson]]']);
  expect(more).toEqual([]);
});

test('the totals count every row once, and times are seconds', () => {
  const rows = [pass('all'), failed('no answer'), unknown('machine', 'starved', 'busy')].map((verdict) => rowDouble(verdict));
  const elements = parseXml(junitXml(summaryDouble([...rows, rowDouble(pass('all'), { verdict: 'skipped', reason: 'no tmux' })])));
  expect(named(elements, 'testsuite')[0]?.attributes).toMatchObject({
    tests: '4',
    failures: '1',
    errors: '1',
    skipped: '1',
    time: '5.000',
  });
  expect(named(elements, 'testcase')[0]?.attributes['time']).toBe('1.235');
  expect(named(parseXml(junitXml(summaryDouble([]))), 'testcase')).toEqual([]);
});

test('what is planned and has no verdict is an error by its name', () => {
  const pending = { scenario: 'links/cut', title: 'a cut link', defect: 'W1', runtime: 'process', engine: 'auto', seed: 7, repeat: 2 };
  const elements = parseXml(junitXml(summaryDouble([rowDouble(pass('all'))], { planned: 2, finished: false, pending: [pending] })));
  expect(named(elements, 'testsuite')[0]?.attributes).toMatchObject({ tests: '2', failures: '0', errors: '1' });
  expect(named(elements, 'testcase')[1]?.attributes).toEqual({ classname: 'links/cut', name: 'a cut link [defect W1] #2' });
  expect(named(elements, 'error')[0]?.attributes['type']).toBe('unfinished');
});

interface Element {
  name: string;
  attributes: Record<string, string>;
  text: string;
}

function named(elements: readonly Element[], name: string): Element[] {
  return elements.filter((element) => element.name === name);
}

/** A strict reader of the part of XML that the report uses: throws on whatever a real parser would refuse. */
function parseXml(xml: string): Element[] {
  expect(xml).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
  const elements: Element[] = [];
  const open: Element[] = [];
  let rest = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  while (rest !== '') {
    const token = /^(?:<(\/?)([\w-]+)((?: \w+="[^"<]*")*)(\/?)>|([^<]+))/.exec(rest);
    if (!token) throw new Error(`not well-formed at: ${rest.slice(0, 80)}`);
    const [whole, closing, name = '', attributes = '', empty, text] = token;
    rest = rest.slice(whole.length);
    if (text !== undefined) {
      const within = open.at(-1);
      if (within) within.text += unescaped(text);
      else if (text.trim() !== '') throw new Error(`text outside: ${text}`);
    } else if (closing) {
      const last = open.pop();
      if (last?.name !== name) throw new Error(`</${name}> closes <${last?.name}>`);
    } else {
      const pairs = [...attributes.matchAll(/ (\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, unescaped(value)]);
      const element: Element = { name, attributes: Object.fromEntries(pairs) as Record<string, string>, text: '' };
      elements.push(element);
      if (!empty) open.push(element);
    }
  }
  expect(open).toEqual([]);
  return elements;
}

function unescaped(text: string): string {
  // A `]]>` outside of CDATA is an error (XML 1.0, section 2.4).
  expect(text).not.toContain(']]>');
  const plain: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"' };
  return text.replaceAll(/&[^;]*;?/g, (entity) => {
    const character = plain[entity];
    if (character === undefined) throw new Error(`no such entity: ${entity}`);
    return character;
  });
}
