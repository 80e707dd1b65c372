// A workflow for GitHub Actions that runs the scenarios for every change.
import type { Found } from '../base/found.ts';

export interface WorkflowAbout {
  found: Found;
  /** From the root of the repository to the project; empty where they are one. */
  below: string;
  hasLock: boolean;
  isPython: boolean;
}

export function workflow({ found, below, hasLock, isPython }: WorkflowAbout): string {
  const containers = found.runtime === 'container';
  return `${[
    "# Begun by 'tornwire init'. A failure comes with one command that replays it, in the log and in the artifact.",
    'name: tornwire',
    'on: [push, pull_request]',
    'permissions:',
    '  contents: read',
    'jobs:',
    '  tornwire:',
    '    runs-on: ubuntu-latest',
    '    timeout-minutes: 20',
    ...(below === '' ? [] : ['    defaults:', '      run:', `        working-directory: ${JSON.stringify(below)}`]),
    '    steps:',
    '      - uses: actions/checkout@v5',
    '      - uses: actions/setup-node@v5',
    '        with:',
    '          node-version: 24',
    `      - run: npm ${hasLock ? 'ci' : 'install'}`,
    ...(isPython ? ['      - run: python3 -m pip install -e .'] : []),
    '      - run: npm run build --if-present',
    ...(containers ? ['      - run: npx tornwire images'] : []),
    `      - run: npx tornwire run${containers ? ' --runtime container' : ''}`,
    '      - uses: actions/upload-artifact@v4',
    '        if: always()',
    '        with:',
    '          name: tornwire',
    `          path: ${JSON.stringify(`${below === '' ? '' : `${below}/`}results/latest/`)}`,
  ].join('\n')}\n`;
}
