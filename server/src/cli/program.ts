import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { packageVersion } from '../host/install';
import { type CheckFlags, check, FORMATS } from './check';
import { explain } from './explain';
import { reportFailure } from './failure';
import { GRAPH_FORMATS, graph } from './graph';
import { EXIT, type Io } from './io';
import { lifetime } from './lifetime';
import { lsp } from './lsp';

const PATHS_HELP = 'kernel tree (its drivers/cxl is checked), folder or file; the current folder when left out';
const EXIT_HELP = '\nExit status: 0 nothing found, 1 findings, 2 usage or internal error, 3 nothing found but something was cut short.';

/** Runs one command line (without node and script). Never throws: the exit status says how it went. */
export async function run(argv: string[], io: Io): Promise<number> {
  let status: number = EXIT.nothing;
  try {
    await program(io, (code) => {
      status = code;
    }).parseAsync(argv, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.nothing : EXIT.error;
    reportFailure(error, argv.includes('--verbose'), io);
    return EXIT.error;
  }
}

function positive(value: string): number {
  if (!/^[1-9]\d{0,3}$/.test(value)) throw new InvalidArgumentError('It must be a number from 1.');
  return Number(value);
}

function program(io: Io, done: (status: number) => void): Command {
  const top = new Command('devres-lens')
    .description('Explores the interleavings of devm actions and sysfs handlers in kernel drivers.')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .addHelpText('after', EXIT_HELP);

  top
    .command('check')
    .description('report teardown races')
    .argument('[path...]', PATHS_HELP)
    .addOption(new Option('--format <format>', 'form of the report').choices(FORMATS).default('text'))
    .option('--terse', 'one line for each finding, no interleavings')
    .option('--rule <id...>', 'report these rules only')
    .option('--baseline <file>', 'do not report the findings recorded in this file')
    .option('--write-baseline <file>', 'record the findings in this file; they are still reported')
    .addOption(new Option('--patch <file>', 'check the tree as this diff would leave it; nothing is written').conflicts('since'))
    .addOption(new Option('--since <rev>', 'report only what the tree at this git revision does not have'))
    .addOption(
      new Option('--fix <id>', 'apply this fix to the findings that it resolves, instead of a report').conflicts([
        'patch',
        'since',
        'writeBaseline',
      ]),
    )
    .option('--jobs <n>', 'processes that share the work on a large tree; one for each processor when left out', positive)
    .option('--no-cache', 'analyse again what earlier runs have analysed')
    .option('--dry-run', 'with --fix: print a diff for git apply, write nothing')
    .option('--format-patch', 'with --fix: print a patch for git am, a commit message on top, write nothing')
    .addOption(
      new Option(
        '--reproducer <folder>',
        'write for each race a patch of delays and a script for a test machine into this folder, instead of a report',
      ).conflicts(['patch', 'since', 'fix']),
    )
    .option('--verbose', 'list every lifetime and verdict, and the stack of an internal error')
    .addHelpText('after', EXIT_HELP)
    .action(async (paths: string[], flags: CheckFlags) => done(await check(paths, flags, io)));
  top
    .command('lifetime')
    .description('show who registers, uses and ends an object')
    .argument('<symbol>', 'teardown function, struct tag, or entry point')
    .argument('[path...]', PATHS_HELP)
    .option('--verbose', 'show the stack of an internal error')
    .action(async (symbol: string, paths: string[]) => done(await lifetime(symbol, paths, io)));
  top
    .command('graph')
    .description('print the graph of entry points, handlers and teardowns')
    .argument('[path...]', PATHS_HELP)
    .addOption(new Option('--format <format>', 'form of the graph').choices(GRAPH_FORMATS).default('dot'))
    .option('--verbose', 'show the stack of an internal error')
    .action(async (paths: string[], flags: { format: (typeof GRAPH_FORMATS)[number] }) => done(await graph(paths, flags.format, io)));
  top
    .command('explain')
    .description('print the page of a rule')
    .argument('<rule>', 'id of the rule, as it stands in brackets behind a finding')
    .action((id: string) => done(explain(id, io)));
  top
    .command('lsp')
    .description('run the language server')
    .requiredOption('--stdio', 'talk over standard input and output')
    .addOption(new Option('--clientProcessId <pid>', 'end when this process is gone').hideHelp())
    .action(async () => done(await lsp()));
  return top;
}
