import { type History, withFile } from '../../server/src/core/history/history'
import type { Chance } from './chance'
import { pastes } from './histories'

/** A file's text as it is from now on; undefined where the file is gone. */
export interface Change {
  readonly path: string
  readonly text: string | undefined
}

/** Somebody who edits a history without sense. */
export class Hand {
  /** What is still to be done of something begun: a word half typed, a rename. */
  private begun: Change[] = []
  private readonly past: Change[] = []

  constructor(
    private readonly chance: Chance,
    private readonly neighbours: readonly string[],
  ) {}

  /** Returns what is done next. */
  next(history: History): Change {
    while (this.begun.length === 0) this.begun = this.something(history)
    const first = this.begun.shift() as Change
    this.past.push({ path: first.path, text: history.source.files.get(first.path) })
    return first
  }

  private something({ source: { files } }: History): Change[] {
    const { chance } = this
    const paths = [...files.keys()]
    if (paths.length === 0) return [{ path: 'migrations/1_a.sql', text: chance.pick(pastes) }]
    const path = chance.pick(paths)
    const text = files.get(path) ?? ''
    switch (chance.below(30)) {
      case 0:
        return [{ path: this.free(path, files), text: chance.oneIn(3) ? text : chance.pick(pastes) }]
      case 1:
        return paths.length > 2 ? [{ path, text: undefined }] : []
      case 2:
        return [
          { path, text: undefined },
          { path: this.free(path, files), text },
        ]
      case 3:
      case 4:
      case 5:
        return this.past
          .splice(-1 - chance.below(3))
          .reverse()
          .slice(0, 1)
      case 6:
      case 7:
      case 8:
        return this.typed(path, text)
      default:
        return [{ path, text: this.changed(text) }]
    }
  }

  /** A path that looks like another one and is not there yet. */
  private free(path: string, files: ReadonlyMap<string, string>): string {
    for (let number = 1 + this.chance.below(12); ; number++) {
      const other = path.replace(/\d(?=[^\d]*_)|(?=\.sql)/, String(number))
      if (!files.has(other)) return other
      if (number > 99) return `${path}.${number}.sql`
    }
  }

  /** Some keystrokes of a statement, at one place. */
  private typed(path: string, text: string): Change[] {
    const { chance } = this
    const at = this.place(text)
    const wanted = chance.pick(pastes).slice(0, 60)
    const changes: Change[] = []
    for (let end = 1 + chance.below(5); end < wanted.length && changes.length < 6; end += 1 + chance.below(9)) {
      changes.push({ path, text: text.slice(0, at) + wanted.slice(0, end) + text.slice(at) })
    }
    return changes
  }

  private changed(text: string): string {
    const { chance } = this
    const at = this.place(text)
    const lines = text.split('\n')
    const line = chance.below(lines.length)
    const statements = text.split(';')
    switch (chance.below(10)) {
      case 0:
      case 1:
        return text.slice(0, at) + chance.pick(marks) + text.slice(at)
      case 2:
        return text.slice(0, at) + text.slice(at + 1 + chance.below(12))
      case 3:
        return lines.toSpliced(line, 1).join('\n')
      case 4:
        return lines.toSpliced(line, 0, chance.pick(lines)).join('\n')
      case 5:
        return statements.toSpliced(chance.below(statements.length), 1).join(';')
      case 6:
        return lines.toSpliced(line, 0, chance.pick(pastes)).join('\n')
      case 7:
        return statements.toSpliced(chance.below(statements.length), 0, `\n${chance.pick(this.neighbours)}`).join(';')
      case 8:
        return lines.toSpliced(line, 0, chance.pick(marks)).join('\n')
      default:
        return chance.oneIn(4) ? this.whole(text) : this.renamed(text)
    }
  }

  private whole(text: string): string {
    const { chance } = this
    if (chance.oneIn(3)) return ''
    if (chance.oneIn(2)) return chance.pick(this.neighbours)
    return text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text.replaceAll('\n', '\r\n')
  }

  /** One word in the place of another one of the same text. */
  private renamed(text: string): string {
    const words = text.match(/\w+/g) ?? ['']
    return text.replace(this.chance.pick(words), this.chance.pick(words))
  }

  /** Mostly between words. */
  private place(text: string): number {
    const at = this.chance.below(text.length + 1)
    return this.chance.oneIn(3) ? at : at + Math.max(0, text.slice(at).search(/\s|$/))
  }
}

/** Returns the history after a change. */
export const after = (history: History, { path, text }: Change): History => withFile(history, path, text)

/** What means something to a reader of SQL, to a migration tool, or to us. */
const marks: readonly string[] = [
  "'",
  '"',
  ';',
  '$$',
  '$a$',
  '--',
  '/*',
  '*/',
  '(',
  ')',
  '\ufeff',
  '\r',
  '\r\n',
  '\0',
  '🙂',
  'é',
  '\ud83d',
  '${x}',
  '{{x}}',
  ':NAME',
  "E'\\",
  '\n\\i other.sql\n',
  '\n\\set X 1\n',
  '\nCOPY users FROM stdin;\n1\ta\n\\.\n',
  'BEGIN;\n',
  'COMMIT;\n',
  'ROLLBACK;\n',
  'SAVEPOINT s;\n',
  'ROLLBACK TO s;\n',
  'SET search_path = other;\n',
  'SET lock_timeout = 0;\n',
  "SET LOCAL statement_timeout = '1s';\n",
  ' CONCURRENTLY',
  ' IF EXISTS',
  ' NOT VALID',
  ' CASCADE',
  'DO $$ BEGIN EXECUTE x; END $$;\n',
  'SELECT 1',
  'DROP TABLE IF EXISTS "Users";',
  'ALTER TABLE public.users ADD COLUMN "A b" int NOT NULL;',
  '-- guard: allow-file dropped-table: x\n',
  '/* guard: allow dropped-column: y */',
  '-- squawk-ignore prefer-text-field\n',
  '-- atlas:nolint\n\n',
  '-- atlas:txmode none\n\n',
  '-- atlas:delimiter \\n\\n\n\n',
  '-- atlas:checkpoint\n\n',
  '\n-- +goose Up\n',
  '\n-- +goose Down\n',
  '\n-- +goose NO TRANSACTION\n',
  '\n-- +goose StatementBegin\n',
  '\n-- +migrate Down\n',
  '\n-- +migrate Up notransaction\n',
  '\n-- migrate:down\n',
  '\n-- migrate:up transaction:false\n',
  '\n--changeset me:9 runInTransaction:false\n',
  '\n--rollback DROP TABLE users;\n',
  '\n--liquibase formatted sql\n',
  '\n--preconditions onFail:MARK_RAN\n',
  '\n--> statement-breakpoint\n',
  '\n-- Down Migration\n',
  '\n-- Running downgrade 2 -> 1\n',
  '--! no-transaction\n',
  '-- no-transaction\n',
  '-- postgres-migrations disable-transaction\n',
]
