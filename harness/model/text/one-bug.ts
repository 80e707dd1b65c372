// Whether two failures are of one bug. Their fingerprints say so; where what the program said differs in more than chance, the place does from
// which its error came.

/** The place of a stack, innermost first, that is in no runtime's own code. Node has it on top, Python at the bottom. */
export function placeIn(message: string): string | undefined {
  const ofNode = /at (?:[^\n]*\()?(?:file:\/\/)?\/(?!.*node_modules\/.*node:)[^\n:()]*?([^/\n:()]+:\d+):\d+/.exec(message)?.[1];
  if (ofNode !== undefined) return ofNode;
  const ofPython = [...message.matchAll(/File "(?!.*\/lib\/python)[^"\n]*?([^/"\n]+)", line (\d+)/g)].at(-1);
  return ofPython && `${ofPython[1]}:${ofPython[2]}`;
}

/** `SyntaxError`, `json.decoder.JSONDecodeError`; undefined where no error is named. */
function errorNameIn(line: string): string | undefined {
  return /(?<![\w.$])[\w.$]*(?:Error|Exception)\b/.exec(line)?.[0];
}

/** What a result, a repro file and the ledger of a sweep know of a failure. */
export interface ToldFailure {
  oracle: string | null;
  fingerprint: string | null;
  message: string | null;
}

const PLACES_MAX = 3;

/**
 * Of one program as it is: an edit moves the lines of its errors. The same kind of error, thrown at the same place by way of the same
 * callers, is one bug, whatever it quotes of what came in.
 */
export function isOneBug(one: ToldFailure, other: ToldFailure): boolean {
  if (one.fingerprint !== null && one.fingerprint === other.fingerprint) return true;
  const [at, otherAt] = [thrownAt(one), thrownAt(other)];
  return at !== undefined && otherAt !== undefined && at.error === otherAt.error && at.places.join() === otherAt.places.join();
}

/** Both say where their error came from, and it is not the same place. */
export function areTwoBugs(one: ToldFailure, other: ToldFailure): boolean {
  const [at, otherAt] = [thrownAt(one), thrownAt(other)];
  if (at === undefined || otherAt === undefined || one.fingerprint === other.fingerprint) return false;
  return at.error !== otherAt.error || at.places[0] !== otherAt.places[0];
}

/** `error`: by which oracle, of which node, and of which kind. */
function thrownAt({ oracle, message }: ToldFailure): { error: string; places: readonly string[] } | undefined {
  const places = placesIn(message ?? '');
  if (places.length === 0) return undefined;
  const [sentence = ''] = (message as string).split('\n');
  const who = /^'[^']*'/.exec(sentence)?.[0].replaceAll(/\d+/g, '#') ?? '';
  return { error: [oracle, who, errorNameIn(sentence) ?? ''].join('\n'), places };
}

/** Those of the program's own files, innermost first. */
function placesIn(message: string): string[] {
  const ofNode = [...message.matchAll(/\bat (?:[^\n]* \(|async )?(?:file:\/\/)?\/[^\n():]*?([^/\n():]+:\d+):\d+\)?$/gm)];
  if (ofNode.length > 0) return ofNode.slice(0, PLACES_MAX).map(([, place = '']) => place);
  const ofPython = [...message.matchAll(/File "(?!.*\/lib\/python)[^"\n]*?([^/"\n]+)", line (\d+)/g)].toReversed();
  return ofPython.slice(0, PLACES_MAX).map(([, file = '', line = '']) => `${file}:${line}`);
}
