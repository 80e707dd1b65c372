// The step of action.yml. It runs one command with --json, and tells a CI service what came of it: annotations on stdout, a table in the
// job summary, outputs. It ends with the exit code of the command. Plain JavaScript without imports, for any Node of a runner.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';

const COMMANDS = ['check', 'run', 'gate'];
/** GitHub shows ten of a kind for a step. */
const ANNOTATIONS_MAX = 10;
const SARIF = 'results/tornwire.sarif';
const env = process.env;

async function main() {
  const command = env['TORNWIRE_ACTION_COMMAND'] || 'run';
  if (!COMMANDS.includes(command)) {
    annotate('error', 'tornwire', `the command is one of ${COMMANDS.join(', ')}, and not ${command}`);
    return 2;
  }
  const args = (env['TORNWIRE_ACTION_ARGS'] ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  mkdirSync('results', { recursive: true });
  rmSync(SARIF, { force: true });
  const { code, out, err } = await run([command, '--json', '--sarif', SARIF, ...args]);
  const rows = rowsOf(command, out);
  for (const { level, title, text } of rows.filter((row) => row.level !== 'notice').slice(0, ANNOTATIONS_MAX)) annotate(level, title, text);
  if (rows.length === 0 && code !== 0) annotate('error', `tornwire ${command}`, err.trim().split('\n').at(-1) || `exit code ${code}`);
  // A run and a gate write their own summary, if they came so far.
  if (command === 'check' || rows.length === 0) tell('GITHUB_STEP_SUMMARY', summaryOf(command, code, rows));
  const sarif = existsSync(SARIF) ? resolve(SARIF) : '';
  tell('GITHUB_OUTPUT', `exit-code=${code}\nsarif=${sarif}\n`);
  return code;
}

/** What the command prints on stderr goes on, and is no command for the CI service meanwhile. */
function run(words) {
  const version = env['TORNWIRE_ACTION_VERSION'];
  const npx = version ? ['--yes', `tornwire@${version}`] : ['--no', 'tornwire'];
  const token = randomUUID();
  process.stdout.write(`::stop-commands::${token}\n`);
  return new Promise((settle) => {
    const child = spawn('npx', [...npx, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text) => {
      err = `${err}${text}`.slice(-10_000);
      process.stderr.write(text);
    });
    const end = (code) => {
      process.stdout.write(`\n::${token}::\n`);
      settle({ code, out, err });
    };
    child.once('error', (error) => {
      err += error.message;
      end(3);
    });
    child.once('close', (code) => end(code ?? 3));
  });
}

/** Each with a level, a title, what came of it, and a text. */
function rowsOf(command, out) {
  let value;
  try {
    value = JSON.parse(out);
  } catch {
    return [];
  }
  if (command === 'check') return value.checks.map(checkRow);
  if (command === 'gate')
    return value.clauses.map(({ name, holds, detail }) => ({ level: LEVELS[holds], title: `gate: ${name}`, outcome: holds, text: detail }));
  return value.cases.map(caseRow);
}

const LEVELS = {
  broken: 'error',
  fail: 'error',
  no: 'error',
  'not proved': 'warning',
  habit: 'warning',
  unknown: 'warning',
  unsettled: 'warning',
};

function checkRow({ title, outcome, word, said, cure, closer }) {
  return { level: LEVELS[outcome] ?? 'notice', title, outcome, text: [`${word}  ${said}`, cure, closer].filter(Boolean).join('\n') };
}

function caseRow({ scenario, title, verdict, findings, reason, replay }) {
  const found = findings.map(({ oracle, message }) => `${oracle}: ${message}`);
  return {
    level: LEVELS[verdict] ?? 'notice',
    title: scenario,
    outcome: verdict,
    text: [title, ...found, reason, `replay: ${replay}`].filter(Boolean).join('\n'),
  };
}

/** @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
function annotate(level, title, text) {
  const data = (value) => value.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = data(title).replaceAll(':', '%3A').replaceAll(',', '%2C');
  process.stdout.write(`::${level} title=${property}::${data(text)}\n`);
}

function summaryOf(command, code, rows) {
  const line = ({ title, outcome, text }) => `| ${cell(title)} | ${cell(outcome)} | ${cell(text)} |`;
  const bad = rows.filter(({ level }) => level !== 'notice');
  return [
    `## Tornwire ${command}: exit code ${code}`,
    '',
    `${rows.length - bad.length} of ${rows.length} are well.`,
    ...(bad.length === 0 ? [] : ['', '| what | outcome | seen |', '| --- | --- | --- |', ...bad.map(line)]),
    '',
    '',
  ].join('\n');
}

/** Captured text is plain text in the table: no markup, no links, no mentions. */
function cell(text) {
  const plain = text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '').slice(0, 1_000);
  return plain.replaceAll(/[\\`*_[\]<>|#@&~!]/g, (sign) => `&#${sign.codePointAt(0)};`).replaceAll('\n', '<br>');
}

/** Locally nobody reads it. */
function tell(variable, text) {
  const file = env[variable];
  if (file) appendFileSync(file, text);
}

process.exitCode = await main();
