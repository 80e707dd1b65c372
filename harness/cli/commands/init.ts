// `tornwire init`: looks at what is there, and writes an adapter, a smoke scenario for each link, and a workflow.
import { relative } from 'node:path';
import { find, type Looked } from '../../init/find.ts';
import { filesFor, type NewFile, questionsIn, write } from '../../init/write.ts';
import { EXIT } from '../../model/values/exit-code.ts';

export interface InitOptions {
  from?: string;
  force?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

/** @param command the words of a program to start; empty for what the folder says */
export function init(command: readonly string[], options: InitOptions): number {
  const folder = process.cwd();
  const looked = find(folder, { command, from: options.from });
  const files = filesFor(looked.found, folder);
  const isDry = options.dryRun === true;
  if (options.json === true) {
    if (!isDry) write(files, options.force === true);
    process.stdout.write(`${JSON.stringify(asJson(looked, files, folder, isDry), null, 2)}\n`);
    return EXIT.pass;
  }
  if (isDry) {
    for (const { file, content } of files) process.stdout.write(`--- ${relative(folder, file)}\n${content}\n`);
    return EXIT.pass;
  }
  write(files, options.force === true);
  process.stdout.write(`${report(looked, files, folder).join('\n')}\n`);
  return EXIT.pass;
}

/** With the contents of the files where none is written. */
function asJson({ found, others }: Looked, files: readonly NewFile[], folder: string, isDry: boolean): object {
  return {
    version: 1,
    from: found.from,
    what: found.what,
    links: found.links.map(({ name, framing }) => ({ name, framing })),
    files: files.map((each) => ({
      file: relative(folder, each.file),
      questions: questionsIn(each),
      ...(isDry && { content: each.content }),
    })),
    others,
    written: !isDry,
  };
}

function report({ found, others }: Looked, files: readonly NewFile[], folder: string): string[] {
  const questions = files.flatMap((each) =>
    questionsIn(each).map(({ line, question }) => `${relative(folder, each.file)}:${line}: ${question}`),
  );
  return [
    `${found.from}: ${found.what}`,
    ...found.links.map(({ name, framing }) => `  link ${name} (${framing})`),
    ...files.map(({ file }) => `wrote ${relative(folder, file)}`),
    ...questions,
    ...(others.length > 0 ? [`not used: ${others.join(', ')}; choose with --from and --force`] : []),
    `next: npx tornwire run${found.runtime === 'container' ? ' --runtime container' : ''}`,
  ];
}
