import { type Command, CommanderError } from 'commander';
import { errorMessage } from '../base/error-message.ts';
import { UsageError } from '../base/validate.ts';
import { EXIT } from './exit-codes.ts';
import { say } from './print.ts';

/** What commander says of a command's words in a line, without what they can be. */
const WORDS = ['missingArgument', 'excessArguments', 'unknownOption', 'optionMissingArgument'].map(
  (code) => `commander.${code}`,
);

/** Runs a program by the words of its command line. What goes wrong is a line, and an exit code. */
export async function runProgram(program: Command): Promise<void> {
  // `hairpin modes | head` ends early, which is not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  try {
    await program.exitOverride().showHelpAfterError('(see --help)').parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
      if (WORDS.includes(error.code)) say(`(see ${program.name()} ${program.args[0]} --help)`);
    } else {
      const message = errorMessage(error);
      // Some messages begin with the command: `hairpin record: …`.
      say(message.startsWith(`${program.name()} `) ? message : `${program.name()}: ${message}`);
      process.exitCode = error instanceof UsageError ? EXIT.usage : EXIT.unable;
    }
  }
}
