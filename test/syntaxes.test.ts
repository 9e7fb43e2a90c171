import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

interface Pattern {
  readonly comment?: string
  readonly match?: string
  readonly captures?: Readonly<Record<string, unknown>>
  readonly patterns?: readonly Pattern[]
}

/** The colours of directives, as VS Code looks for them in the text of a comment. */
describe('the grammar of directives', () => {
  const { repository } = JSON.parse(readFileSync('syntaxes/directives.tmLanguage.json', 'utf8')) as {
    repository: Readonly<Record<string, Pattern>>
  }
  const patterns = Object.values(repository).flatMap(pattern => pattern.patterns ?? [pattern])

  /** What is coloured in a line. */
  const coloured = (line: string): string[] =>
    patterns.flatMap(({ match = '' }) => new RegExp(match).exec(line)?.slice(1).filter(Boolean) ?? [])

  const lines: Readonly<Record<string, readonly string[]>> = {
    '-- guard: allow dropped-column: nobody reads it': ['guard', ':', 'allow', 'dropped-column'],
    '-- +goose NO TRANSACTION': ['+goose', 'NO TRANSACTION'],
    '-- +migrate Up notransaction': ['+migrate', 'Up', 'notransaction'],
    '-- migrate:up transaction:false': ['migrate:', 'up', 'transaction:false'],
    '-- v4: Add users': ['v4'],
    '-- v2 -> v4 (compatible with v2+): Add users': ['v2 -> v4', '(compatible with v2+)'],
    '-- transaction: off': ['transaction:', 'off'],
    '-- only: sqlite for next 2 lines': ['only:', 'sqlite', 'for next 2 lines'],
    '-- only: postgres until "end only"': ['only:', 'postgres', 'until "end only"'],
    '-- end only sqlite': ['end only', 'sqlite'],
    '-- morph:nontransactional': ['morph:', 'nontransactional'],
    '-- no-transaction': ['no-transaction'],
    '---- create above / drop below ----': ['create above / drop below'],
    '---- tern: disable-tx ----': ['tern:', 'disable-tx'],
    '-- !Ups': ['!', 'Ups'],
    '-- depends: 0001.users': ['depends'],
    '-- transactional: false': ['transactional', 'false'],
    '--! Hash: sha1:7': ['!', 'Hash'],
    '--! no-transaction': ['!', 'no-transaction'],
    '-- postgres-migrations disable-transaction': ['postgres-migrations', 'disable-transaction'],
    '-- atlas:txmode none': ['atlas:', 'txmode'],
    '--liquibase formatted sql': ['liquibase formatted sql'],
    '-- changeset anna:1': ['changeset'],
    '--rollback DROP TABLE users;': ['rollback'],
    '--> statement-breakpoint': ['statement-breakpoint'],
  }
  for (const [line, words] of Object.entries(lines)) it(line, () => assert.deepEqual(coloured(line), words))

  it('leaves other comments alone', () => {
    for (const line of [
      '-- transaction: offline users are kept',
      '-- version 4: Add users',
      '-- rollback is not needed',
      '-- comment on table users',
      '-- a changeset of ours',
      '-- only users',
      '-- Ups!',
      '-- no-transaction is set above',
    ])
      assert.deepEqual(coloured(line), [], line)
  })
})
