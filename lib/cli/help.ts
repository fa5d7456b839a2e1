import { Command } from 'commander';

/** commander's own shows the whole help for an unknown command, and does not say that it is unknown. */
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
