// What there is to say about one kind of file fault. Each family has a file here, each fault begins with its schema (its
// type is inferred from that), and table.ts lists them all.
import { z } from 'zod';

interface About<F, Row extends string> {
  /** What it acts on: the bytes of a file of lines, a place, or what a predecessor left there. */
  on: 'lines' | 'place' | 'predecessor';
  /** Something is made there, so its name must be known and no file is waited for. */
  isMade: boolean;
  /** What it needs beside the run's own folder. */
  needs: 'nothing' | 'freezing' | 'small disk';
  /** A fault for each row of the table "faults by runtime". */
  examples: Readonly<Record<Row, F>>;
}

export function fileFault<S extends z.ZodObject, Row extends string, const A extends About<z.infer<S>, Row>>(schema: S, about: A) {
  return { schema, ...about };
}
