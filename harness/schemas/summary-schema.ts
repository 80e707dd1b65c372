// The shape of results/latest/summary.json, for programs that read it. Fields may be added within a version, so others are allowed everywhere.
import { z } from 'zod';
import { unknownReasons } from '../model/codes/unknowns.ts';

const count = z.int().min(0);
const seed = z.int().min(0);

const finding = z.looseObject({
  oracle: z.string(),
  code: z.string().optional().describe('`tornwire explain <code>` says more; an oracle of your own has none.'),
  word: z.string().optional().describe('What the script of a check calls it, such as WRONG ANSWER.'),
  cause: z.string().optional().describe('Of a crash: the line in which the program named its error.'),
  message: z.string().describe('One sentence, with more lines below it where there is more to show.'),
  subject: z.string().optional().describe('The node or link it is about.'),
  events: z.array(z.int()).describe('Numbers (seq) of the events of history.ndjson that prove it.'),
});

const planned = {
  scenario: z.string(),
  title: z.string(),
  defect: z.string().nullable(),
  runtime: z.string(),
  engine: z.string(),
  seed,
  repeat: count,
};

export const caseRowSchema = z.looseObject({
  ...planned,
  expectedOracle: z.string().nullable(),
  engines: z.array(z.string()),
  verdict: z.enum(['pass', 'fail', 'unknown', 'skipped']),
  oracle: z.string().nullable().describe('The oracle that decided; null on a pass or a skip.'),
  reason: z.string().nullable().describe('Why it is unknown or skipped, in words.'),
  reasonKind: z.enum(unknownReasons).nullable(),
  byDesign: z.literal(true).optional(),
  restsOn: z.array(z.string()).optional().describe('What a pass rests on.'),
  findings: z.array(finding),
  accepted: z.array(z.looseObject({ oracle: z.string(), message: z.string(), reason: z.string(), until: z.string() })).optional(),
  expected: z.string().optional(),
  fingerprint: z.string().nullable().describe('The same for the same bug.'),
  durationMs: z.number(),
  driveMs: z.number(),
  folder: z.string().nullable(),
  repro: z.string().nullable(),
  replay: z.string().describe('The command that plays it again.'),
  reproduced: z.looseObject({ times: count, of: count }).optional(),
  clock: z.looseObject({ speed: z.number(), foundAfterMs: z.number().optional(), confirmed: z.boolean().optional() }).optional(),
  retakenBecause: z.string().optional(),
  isolation: z.looseObject({ way: z.enum(['box', 'addresses']), why: z.string().optional() }).optional(),
  wildcardPorts: z.array(z.int()).optional(),
  topology: z
    .looseObject({
      nodes: z.array(z.string()),
      links: z.array(z.looseObject({ name: z.string(), from: z.string(), to: z.string() })),
    })
    .optional(),
});

export const summarySchema = z.looseObject({
  version: z.literal(1),
  tornwire: z.string(),
  startedAt: z.string(),
  durationMs: z.number(),
  seed,
  folder: z.string().describe('Where it is saved, seen from the project.'),
  interrupted: z.boolean(),
  planned: count,
  finished: z.boolean().describe('Every planned case has its row, and no row changes any more.'),
  counts: z.looseObject({
    passed: count,
    failed: count,
    unknown: count,
    skipped: count,
    caught: count,
    missed: count,
    accepted: count.optional(),
  }),
  cases: z.array(caseRowSchema),
  knownFlaws: z.looseObject({ expired: z.array(z.string()), unused: z.array(z.string()) }).optional(),
  pending: z.array(z.looseObject(planned)),
});
