import { Command } from 'commander';
import { EXIT } from './exit-codes.ts';
import { DEFAULT_IMAGE, testInContainer } from './in-container.ts';

export function testCommand(): Command {
  return new Command('test')
    .description("the project's specs, elsewhere than on this machine as it is")
    .argument('[vitest...]', "vitest's own arguments, behind --")
    .requiredOption(
      '--in-container [image]',
      `in a privileged container; the image has Node (default: ${DEFAULT_IMAGE})`,
    )
    .addHelpText(
      'after',
      `
  hairpin test --in-container -- specs/article --reporter=junit

Exit codes: vitest's own, ${EXIT.usage} wrong usage, ${EXIT.unable} this machine cannot run it`,
    )
    .action(async (args: string[], { inContainer }: { inContainer: string | true }) => {
      const image = inContainer === true ? DEFAULT_IMAGE : inContainer;
      process.exitCode = await testInContainer(image, process.cwd(), args);
    });
}
