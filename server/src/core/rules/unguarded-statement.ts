import type { Fix } from '../finding'
import { insertion } from '../fixes/edits'
import type { RuleContext } from '../judgement/context'
import type { Command } from '../sql/commands'
import type { Span } from '../text'
import { defineRule } from './rule'

export default defineRule({
  id: 'unguarded-statement',
  risk: 'failure',
  severity: 'hint',
  isOff: true,
  on: ['CREATE TABLE', 'CREATE INDEX', 'CREATE SCHEMA', 'CREATE SEQUENCE', 'DROP TABLE', 'DROP INDEX', 'ALTER TABLE'],
  concerns: command => unguardedIn(command).length > 0,
  why: `
Where each statement commits by itself, a migration that fails half-way has made some of its objects. The next attempt starts
at the top and fails at the first of them, because it is there. With \`IF NOT EXISTS\` and \`IF EXISTS\` it passes over what
is done.

It is off unless settings name a severity, for these words also pass over an object of the same name that is something else.
Nothing is said where statements share a transaction, which undoes all of them, of the only statement of a file, and of
\`CONCURRENTLY\`, whose invalid index \`IF NOT EXISTS\` would accept.`,
  instead: `
Add \`IF NOT EXISTS\` or \`IF EXISTS\`, or let the statements share a transaction.`,
  manual: ['sql-createtable.html', 'sql-altertable.html', 'sql-createindex.html'],
  seeds: ['steps that can run twice'],

  *check(command, context) {
    if (context.transaction.kind !== 'own' || context.section.statements.length < 2 || context.inside) return
    for (const { keywords, words } of unguardedIn(command)) {
      yield {
        at: keywords,
        message: `without ${words} a second run of this file stops here`,
        detail: 'Each statement commits by itself: what a failed run has made stays.',
        hint: `Add ${words}.`,
        fixes: () => guarded(keywords, words, context),
      }
    }
  },

  examples: `
-- bad: statements that commit one by one
-- shows: statement that a second run of a half-applied file stops at
-- given: goose
-- file: 00001_orders.sql
  -- +goose Up
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 00002_carts.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE TABLE carts (id bigint PRIMARY KEY, note text);
--^^^^^^^^^^^^ information [half-applied-on-failure: when a later statement fails, this CREATE TABLE has run already: the migration cannot be run again]
--^^^^^^^^^^^^ hint [unguarded-statement: without IF NOT EXISTS a second run of this file stops here]
  ALTER TABLE orders ADD COLUMN note text;
--                   ^^^^^^^^^^ hint [unguarded-statement: without IF NOT EXISTS a second run of this file stops here]
-- fix: Add IF NOT EXISTS
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE TABLE IF NOT EXISTS carts (id bigint PRIMARY KEY, note text);
  ALTER TABLE orders ADD COLUMN note text;
-- fix: Add IF NOT EXISTS
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE TABLE carts (id bigint PRIMARY KEY, note text);
  ALTER TABLE orders ADD COLUMN IF NOT EXISTS note text;

-- good: guarded, concurrent
-- given: goose, half-applied-on-failure off
-- file: 00001_orders.sql
  -- +goose Up
  CREATE TABLE orders (id bigint PRIMARY KEY);
-- file: 00002_carts.sql
  -- +goose NO TRANSACTION
  -- +goose Up
  CREATE TABLE IF NOT EXISTS carts (id bigint PRIMARY KEY, note text);
  CREATE INDEX CONCURRENTLY carts_note_idx ON carts (note);

-- good: one transaction
-- given: goose
-- file: 00001_orders.sql
  -- +goose Up
  CREATE TABLE orders (id bigint PRIMARY KEY);
  ALTER TABLE orders ADD COLUMN note text;
`,
})

interface Unguarded {
  readonly keywords: Span
  readonly words: 'IF NOT EXISTS' | 'IF EXISTS'
}

function unguardedIn(command: Command): Unguarded[] {
  switch (command.tag) {
    case 'CREATE INDEX':
      if (command.concurrently || !command.name) return []
      return command.ifNotExists ? [] : [{ keywords: command.keywords, words: 'IF NOT EXISTS' }]
    case 'CREATE TABLE':
    case 'CREATE SCHEMA':
    case 'CREATE SEQUENCE':
      return command.ifNotExists ? [] : [{ keywords: command.keywords, words: 'IF NOT EXISTS' }]
    case 'DROP TABLE':
    case 'DROP INDEX':
      if (command.concurrently) return []
      return command.ifExists ? [] : [{ keywords: command.keywords, words: 'IF EXISTS' }]
    case 'ALTER TABLE':
      return command.subcommands.flatMap((subcommand): Unguarded[] => {
        const { keywords } = subcommand
        if (subcommand.kind === 'ADD COLUMN')
          return subcommand.ifNotExists ? [] : [{ keywords, words: 'IF NOT EXISTS' }]
        if (subcommand.kind !== 'DROP COLUMN' && subcommand.kind !== 'DROP CONSTRAINT') return []
        return subcommand.ifExists ? [] : [{ keywords, words: 'IF EXISTS' }]
      })
    default:
      return []
  }
}

function guarded(keywords: Span, words: string, context: RuleContext): Fix[] {
  if (context.statement.problem) return []
  const edits = [insertion(context, keywords.end, ` ${words}`)]
  return [{ title: `Add ${words}`, safety: 'review', edits }]
}
