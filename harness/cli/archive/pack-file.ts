// The archive of a failing case that stands alone: one .tar.gz with `tornwire-pack.json`, `repro.json`, what was seen (`evidence/`) and the
// sources that play it (`project/`). modern-tar reads and writes the entries; what may be in an archive from elsewhere is decided here.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { packTar, unpackTar } from 'modern-tar';
import { z } from 'zod';
import { TornwireError } from '../../model/values/tornwire-error.ts';
import { EXIT } from '../../model/values/exit-code.ts';

const PACK_FORMAT = 1;
/** Of an archive once it is unpacked. What is larger is refused, also before it has filled the memory. */
const BYTES_MAX = 256 * 1_024 * 1_024;
const ENTRIES_MAX = 5_000;
const PATH_MAX = 400;
export const MANIFEST = 'tornwire-pack.json';

const fileSchema = z.strictObject({ path: z.string(), bytes: z.int().min(0), sha256: z.string() });
const manifestSchema = z.object({
  format: z.literal(PACK_FORMAT),
  createdAt: z.string(),
  scenario: z.string(),
  /** In one sentence: what was found. */
  message: z.string(),
  tornwire: z.string(),
  node: z.string(),
  platform: z.string(),
  commit: z.string().nullable(),
  /** Files with changes that are in no commit. */
  dirty: z.array(z.string()),
  files: z.array(fileSchema),
  /** Names of variables that the sources read; never their values. */
  variables: z.array(z.string()),
  /** Packages that the sources import, with the version that was there. */
  packages: z.array(z.object({ name: z.string(), version: z.string().nullable() })),
  /** Programs that nodes start and that are found by PATH. */
  programs: z.array(z.string()),
  /** What it needs and what is not in it, in words. */
  missing: z.array(z.string()),
});
export type PackManifest = z.infer<typeof manifestSchema>;

export class PackError extends TornwireError {
  readonly exitCode = EXIT.usage;
}

/** By their paths in the archive. */
export type PackFiles = ReadonlyMap<string, Uint8Array>;

export async function packed(about: Omit<PackManifest, 'files' | 'format'>, files: PackFiles): Promise<Uint8Array> {
  const listed = [...files].map(([path, body]) => ({ path, bytes: body.length, sha256: sha256(body) }));
  const manifest: PackManifest = { format: PACK_FORMAT, ...about, files: listed };
  const entries = [[MANIFEST, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)] as const, ...files];
  const tar = await packTar(
    entries.map(([name, body]) => ({
      header: { name, size: body.length, type: 'file', mode: 0o600, mtime: new Date(manifest.createdAt) },
      body: Uint8Array.from(body),
    })),
  );
  return gzipSync(tar);
}

export interface UnpackedPack {
  manifest: PackManifest;
  files: PackFiles;
}

/** @throws PackError for whatever is no archive of ours: too large, a path that leads out, a link, another hash than its manifest says. */
export async function unpacked(file: string, bytesMax = BYTES_MAX): Promise<UnpackedPack> {
  const entries = await entriesOf(file, bytesMax);
  const manifest = manifestIn(entries.get(MANIFEST), file);
  entries.delete(MANIFEST);
  for (const { path, sha256: wanted } of manifest.files) {
    const body = entries.get(path);
    if (!body) throw new PackError(`${file} lacks ${JSON.stringify(path)}, which its manifest names`);
    if (sha256(body) !== wanted)
      throw new PackError(`${JSON.stringify(path)} in ${file} is not the file that its manifest names: its hash differs`);
  }
  const known = new Set(manifest.files.map(({ path }) => path));
  const foreign = [...entries.keys()].find((path) => !known.has(path));
  if (foreign !== undefined) throw new PackError(`${file} holds ${JSON.stringify(foreign)}, which its manifest does not name`);
  return { manifest, files: entries };
}

async function entriesOf(file: string, bytesMax: number): Promise<Map<string, Uint8Array>> {
  const tar = unzipped(file, bytesMax);
  const found = await unpackTar(tar, { strict: true }).catch((cause: Error) => {
    throw new PackError(`${file} is no archive: ${cause.message}`, { cause });
  });
  if (found.length > ENTRIES_MAX) throw new PackError(`${file} has ${found.length} entries: ${ENTRIES_MAX} are allowed`);
  const entries = new Map<string, Uint8Array>();
  for (const { header, data } of found) {
    if (header.type !== 'file')
      throw new PackError(`${file} holds ${JSON.stringify(header.name)}, which is a ${header.type}: only files are allowed`);
    const problem = pathProblem(header.name) ?? (entries.has(header.name) ? 'it is there twice' : undefined);
    if (problem !== undefined) throw new PackError(`${file} holds ${JSON.stringify(header.name)}: ${problem}`);
    entries.set(header.name, data ?? new Uint8Array());
  }
  return entries;
}

/** A path that every system reads as one below the folder into which it is unpacked. */
export function pathProblem(path: string): string | undefined {
  if (path.length > PATH_MAX) return 'its path is too long';
  // oxlint-disable-next-line no-control-regex -- a NUL ends a path for the kernel
  if (path === '' || /[\\:\u0000-\u001f]/.test(path)) return 'such a path is not allowed';
  if (path.startsWith('/') || path.split('/').some((part) => part === '' || part === '.' || part === '..'))
    return 'it leads out of the folder';
  if (path.split('/').some((part) => part === 'node_modules')) return 'packages are installed, not unpacked';
  return undefined;
}

function unzipped(file: string, maxOutputLength: number): Buffer {
  try {
    return gunzipSync(readFileSync(file), { maxOutputLength });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'ERR_BUFFER_TOO_LARGE' ? `it is larger than ${maxOutputLength / 1_048_576} MiB once it is unpacked` : message;
    throw new PackError(`cannot read ${file}: ${why}`, { cause });
  }
}

function manifestIn(body: Uint8Array | undefined, file: string): PackManifest {
  if (!body) throw new PackError(`${file} is no archive of tornwire pack: it has no ${MANIFEST}`);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch (cause) {
    throw new PackError(`${MANIFEST} in ${file} is no JSON`, { cause });
  }
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > PACK_FORMAT)
    throw new PackError(`${file} has pack format ${format}; this tornwire reads up to ${PACK_FORMAT}: update tornwire`);
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) throw new PackError(`${MANIFEST} in ${file} is wrong: ${z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ')}`);
  return parsed.data;
}

export function sha256(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}
