import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { type Severity, severities } from '../core/finding'
import { frameworkIds } from '../core/history/frameworks/index'
import { assumedVersion, majorVersions, majorVersionsExpected, type Settings, type Version } from '../core/settings'
import type { LoadOptions } from '../files'
import { productVersion } from '../product'
import { today } from '../today'
import { check } from './check'
import { explainFiles } from './explain'
import { fix } from './fix'
import type { Scope } from './judge'
import { knownRule, showRules } from './rules'
import { exitCodes, type Terminal, UsageError } from './terminal'

/** Runs one command line (without the program's name); returns its exit code. Never throws. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const outcome = { code: exitCodes.fine as number }
  try {
    await programFor(terminal, outcome).parseAsync([...args], { from: 'user' })
    return outcome.code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.failed
    const message = error instanceof Error ? error.message : String(error)
    terminal.complain(`migration-guard: ${oneLine(message)}\n`)
    if (args.includes('--debug') && error instanceof Error) terminal.complain(`${error.stack}\n`)
    return exitCodes.failed
  }
}

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ')

/** What every command understands. */
interface Shared extends LoadOptions {
  readonly postgres: Version
  readonly failOn: Severity
  readonly rule: Settings['rules']
  readonly allowReasons: Settings['allowReasons']
  readonly foreignComments: boolean
  readonly debug: boolean
}

function programFor(terminal: Terminal, outcome: { code: number }): Command {
  const program = new Command('migration-guard')
    .description('Says what a PostgreSQL migration will do to the running system, and fixes it.')
    .version(productVersion(), '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .addOption(
      new Option('--postgres <version>', 'major version of PostgreSQL that the migrations run on, or a range: 14-17')
        .argParser(versions)
        .default(assumedVersion, `${assumedVersion.postgres} is assumed`),
    )
    .addOption(new Option('--framework <id>', 'the migration tool, where its files do not tell').choices(frameworkIds))
    .addOption(
      new Option('--transaction <mode>', 'whether what runs plain files opens a transaction around each').choices([
        'file',
        'none',
      ]),
    )
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 for findings at least this severe')
        .choices(severities)
        .default('error'),
    )
    .addOption(
      new Option('--rule <id=severity>', 'how much a rule weighs, or "off"; can be repeated')
        .argParser(ruleWeight)
        .default({}, 'their own'),
    )
    .addOption(
      new Option('--allow-reasons <choice>', 'whether an allow comment must give its reason')
        .choices(['required', 'optional'])
        .default('required'),
    )
    .option('--no-foreign-comments', 'do not honour the ignore comments of other linters')
    .option('--debug', 'print stack traces of failures', false)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: terminal.write,
      writeErr: terminal.complain,
      outputError: (text, write) => write(`migration-guard: ${oneLine(text.replace(/^error: /, ''))}\n`),
      getOutHasColors: () => terminal.colours.isColorSupported,
      getErrHasColors: () => false,
    })
    .exitOverride()
    .showHelpAfterError(false)
    .addHelpText('after', exitCodeHelp)
    .helpCommand(false)
    .argument('[command]')
    .usage('[options] <command>')
    .allowExcessArguments()
    .action((command?: string) => {
      throw new UsageError(`${command ? `there is no command "${command}"` : 'a command is needed'}: ${commands}`)
    })

  const settings = (): Settings => {
    const { postgres, rule, allowReasons, foreignComments } = shared()
    return { ...postgres, rules: rule, allowReasons, foreignComments, today: today() }
  }
  const shared = () => program.opts<Shared>()
  const format = () => new Option('--format <format>', 'how to print').choices(['pretty', 'json']).default('pretty')

  scoped(
    inheriting(
      program,
      'check',
      'print the findings of migrations: files or folders; where none is named, what is pending below the current folder',
    ),
  )
    .argument('[paths...]')
    .addOption(format())
    .action(async (paths: string[], options: ScopeOptions & { format: 'pretty' | 'json' }) => {
      outcome.code = await check(
        scope(paths, { ...shared(), ...options }),
        settings(),
        { ...shared(), ...options },
        terminal,
      )
    })
  inheriting(program, 'explain', 'print what every statement of a file locks, scans, rewrites and builds')
    .argument('<files...>')
    .addOption(format())
    .action(async (files: string[], options: { format: 'pretty' | 'json' }) => {
      outcome.code = await explainFiles(files, settings(), { ...shared(), ...options }, terminal)
    })
  scoped(inheriting(program, 'fix', 'apply the safe fixes of migrations; where none is named, of those pending'))
    .argument('[paths...]')
    .option('--diff', 'print a unified diff and write nothing', false)
    .option('--review', 'apply also the fixes that a person should look at', false)
    .action(async (paths: string[], options: ScopeOptions & { diff: boolean; review: boolean }) => {
      outcome.code = await fix(
        scope(paths, { ...shared(), ...options }),
        settings(),
        { ...shared(), ...options },
        terminal,
      )
    })
  inheriting(program, 'rules', 'print all rules, or one with its reasons and examples')
    .addArgument(new Argument('[id]'))
    .action((id: string | undefined) => {
      outcome.code = showRules(id, shared().postgres.postgres, terminal)
    })
  inheriting(program, 'lsp', 'serve an editor over the language server protocol')
    .option('--stdio', 'over standard input and output')
    .action(async (options: { stdio?: boolean }) => {
      if (!options.stdio) throw new UsageError('lsp needs --stdio')
      await import('../lsp/main')
    })
  return program
}

/** Subcommands made this way print errors and leave as their program does. */
const inheriting = (program: Command, name: string, description: string): Command =>
  program.command(name).description(description).copyInheritedSettings(program).allowExcessArguments(false)

interface ScopeOptions {
  readonly all: boolean
  readonly base?: string
  readonly startAfter?: string
}

const scoped = (command: Command): Command =>
  command
    .option('--all', 'include migrations that have run already, where no path is named', false)
    .addOption(
      new Option('--base <branch>', "what is on this branch has run; the repository's default branch where not given"),
    )
    .addOption(
      new Option('--start-after <version>', 'the newest version that has run, for projects without git').conflicts(
        'base',
      ),
    )

const scope = (
  paths: readonly string[],
  { all, base, startAfter, framework, transaction }: ScopeOptions & LoadOptions,
): Scope => ({
  paths,
  all,
  framework,
  transaction,
  baseBranch: base,
  startAfter,
})

function versions(value: string): Version {
  const named = majorVersions(value)
  if (named) return named
  throw new InvalidArgumentError(`It must be ${majorVersionsExpected}.`)
}

function ruleWeight(value: string, earlier: Settings['rules']): Settings['rules'] {
  const [id = '', weight = ''] = value.split('=')
  const severity = [...severities, 'off' as const].find(known => known === weight)
  if (!severity)
    throw new InvalidArgumentError(`It must be <id>=<severity>, with a severity of ${severities.join(', ')} or off.`)
  return { ...earlier, [knownRule(id)]: severity }
}

const commands = 'check, explain, fix, rules or lsp (see --help)'

const exitCodeHelp = `
Exit codes:
  0  no finding is as severe as --fail-on
  1  some finding is
  2  the command line is wrong, or a migration could not be read or written
`
