import { Command } from 'commander';

/** commander's own says nothing of a command that there is none of, and shows the whole help. */
export function helpCommand(program: Command): Command {
  return new Command('help')
    .description('display help for command')
    .argument('[command...]')
    .action((names: string[]) => {
      let command = program;
      for (const name of names) {
        const found = command.commands.find((each) => each.name() === name);
        if (!found) return program.error(`error: unknown command '${names.join(' ')}'`);
        command = found;
      }
      return command.help();
    });
}
