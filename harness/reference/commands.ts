// Commands and their options, from the parser itself.
import type { Argument, Command } from 'commander';
import { code, cell, table } from './markdown.ts';

export function commandsPage(program: Command): string {
  return program.commands.map((command) => commandSection(command)).join('\n\n');
}

function commandSection(command: Command): string {
  const words = command.registeredArguments.map(argumentText).join(' ');
  const rows = [
    ...command.registeredArguments.map((each) => [code(argumentText(each)), '', each.description]),
    ...command.options.map(({ flags, defaultValue, description, argChoices }) => [
      code(flags),
      defaultValue === undefined ? '' : code(String(defaultValue)),
      `${description}${argChoices ? ` (${argChoices.join(', ')})` : ''}`,
    ]),
  ];
  const summary = `${command.description().replace(/^./, (first) => first.toUpperCase())}.`;
  return [
    `## tornwire ${command.name()}${words === '' ? '' : ` ${words.replaceAll('<', String.raw`\<`)}`}`,
    cell(summary),
    ...(rows.length > 0
      ? [
          table(
            ['word', 'default', 'meaning'],
            rows.map((row) => row.map(cell)),
          ),
        ]
      : []),
  ].join('\n\n');
}

function argumentText(argument: Argument): string {
  const text = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${text}>` : `[${text}]`;
}
