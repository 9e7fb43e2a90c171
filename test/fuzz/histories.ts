import { frameworkIds } from '../../server/src/core/history/frameworks/index'
import { type History, historyOf } from '../../server/src/core/history/history'
import { ofRules, others } from '../cases'
import { historyFor } from '../fixtures'

/** Where edits begin. */
export interface Beginning {
  /** As a failure names it. */
  readonly name: string
  readonly history: () => History
}

const cases = [...ofRules, ...others].flatMap(source => source.cases)

/** A statement or more of each example, to be pasted anywhere. */
export const pastes: readonly string[] = cases.flatMap(({ files }) => files.map(({ text }) => text))

/** One history for each tool, then all examples of the rules. */
export const beginnings: readonly Beginning[] = [
  ...frameworkIds.map(id => ({ name: id, history: () => storyOf(id) })),
  ...cases.map(example => ({ name: `${example.origin}: ${example.title}`, history: () => historyFor(example) })),
]

interface Step {
  readonly name: string
  readonly up: string
  readonly down: string
}

/** Each step builds on those before it, so that an edit of one is felt in the others. */
const story: readonly Step[] = [
  {
    name: 'users',
    up: 'CREATE SCHEMA app;\nCREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, kind varchar(9));',
    down: 'DROP TABLE users;\nDROP SCHEMA app;',
  },
  {
    name: 'orders',
    up: "CREATE TYPE status AS ENUM ('new', 'paid');\nCREATE TABLE app.orders (\n  id bigint PRIMARY KEY,\n  user_id bigint REFERENCES users (id),\n  state status DEFAULT 'new'\n);",
    down: 'DROP TABLE app.orders;\nDROP TYPE status;',
  },
  {
    name: 'index',
    up: 'SET search_path = app, public;\nCREATE INDEX orders_user_idx ON orders (user_id);',
    down: 'DROP INDEX app.orders_user_idx;',
  },
  {
    name: 'view',
    up: "CREATE VIEW buyers AS SELECT u.email, o.state FROM users u JOIN app.orders o ON o.user_id = u.id;\nCOMMENT ON VIEW buyers IS 'who; bought';",
    down: 'DROP VIEW buyers;',
  },
  {
    name: 'check',
    up: "ALTER TABLE users ADD CONSTRAINT kind_known CHECK (kind <> '') NOT VALID, ALTER COLUMN kind TYPE text;\nALTER TABLE users VALIDATE CONSTRAINT kind_known;",
    down: 'ALTER TABLE users DROP CONSTRAINT kind_known;',
  },
  {
    name: 'touch',
    up: 'CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  UPDATE users SET kind = NULL WHERE id = NEW.user_id;\n  RETURN NEW;\nEND $$;\nCREATE TRIGGER touched AFTER INSERT ON app.orders FOR EACH ROW EXECUTE FUNCTION touch();',
    down: 'DROP TRIGGER touched ON app.orders;\nDROP FUNCTION touch();',
  },
  {
    name: 'parts',
    up: "CREATE TABLE log (at timestamptz NOT NULL, note text) PARTITION BY RANGE (at);\nCREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');\nDO $$ BEGIN\n  ALTER TABLE log ADD COLUMN who bigint;\nEND $$;",
    down: 'DROP TABLE log;',
  },
  {
    name: 'clean',
    up: 'UPDATE users SET email = lower(email);\nALTER TABLE users ALTER COLUMN kind SET NOT NULL;\nALTER TABLE users DROP COLUMN email CASCADE;\nDROP TABLE IF EXISTS app.orders;',
    down: 'ALTER TABLE users ADD COLUMN email text;',
  },
]

/** The story as the tool keeps it. */
function storyOf(id: string): History {
  const files = new Map<string, string>(Object.entries(beside[id] ?? {}))
  for (const [place, step] of story.entries()) {
    for (const [path, text] of Object.entries((layouts[id] ?? asPlain)(place + 1, step))) files.set(path, text)
  }
  return historyOf({
    path: 'm',
    files: [...files].map(([path, text]) => ({ path: `m/${path}`, text })),
    framework: id,
  })
}

type Layout = (number: number, step: Step) => Readonly<Record<string, string>>

const asPlain: Layout = (number, { name, up }) => ({ [`${number}_${name}.sql`]: `${up}\n` })

const asPair: Layout = (number, { name, up, down }) => ({
  [`${number}_${name}.up.sql`]: `${up}\n`,
  [`${number}_${name}.down.sql`]: `${down}\n`,
})

const asFolder: Layout = (number, { name, up, down }) => ({
  [`2024-01-0${number}-000000_${name}/up.sql`]: `${up}\n`,
  [`2024-01-0${number}-000000_${name}/down.sql`]: `${down}\n`,
})

/** Both directions in a file, under the tool's own lines. */
const asSections =
  (up: string, down: string): Layout =>
  (number, step) => ({ [`${number}_${step.name}.sql`]: `${up}\n${step.up}\n\n${down}\n${step.down}\n` })

const layouts: Readonly<Record<string, Layout>> = {
  alembic: (number, { name, up }) => ({
    [`${number}_${name}.sql`]: `BEGIN;\n\n-- Running upgrade ${number - 1} -> ${number}\n\n${up}\n\nCOMMIT;\n`,
  }),
  dbmate: asSections('-- migrate:up', '-- migrate:down'),
  diesel: asFolder,
  drizzle: (number, { name, up }) => ({
    [`000${number}_${name}.sql`]: up.replaceAll(';\n', ';\n--> statement-breakpoint\n'),
  }),
  flyway: (number, { name, up, down }) => ({ [`V${number}__${name}.sql`]: up, [`U${number}__${name}.sql`]: down }),
  'golang-migrate': asPair,
  goose: asSections('-- +goose Up\n-- +goose StatementBegin', '-- +goose StatementEnd\n-- +goose Down'),
  'graphile-migrate': (number, { name, up }) => ({
    [`committed/00000${number}-${name}.sql`]: `--! Previous: -\n--! Hash: sha1:0\n\n${up}\n`,
  }),
  hasura: (number, { name, up, down }) => ({
    [`165465418600${number}_${name}/up.sql`]: up,
    [`165465418600${number}_${name}/down.sql`]: down,
  }),
  liquibase: (number, { name, up, down }) => ({
    [`${number}_${name}.sql`]: `--liquibase formatted sql\n\n--changeset me:${number}\n${up}\n--rollback ${down.replaceAll('\n', '\n--rollback ')}\n`,
  }),
  'node-pg-migrate': asSections('-- Up Migration', '-- Down Migration'),
  pop: (number, { name, up, down }) => ({
    [`${number}_${name}.postgres.up.sql`]: up,
    [`${number}_${name}.down.sql`]: down,
  }),
  prisma: (number, { name, up }) => ({ [`2024010100000${number}_${name}/migration.sql`]: up }),
  refinery: (number, { name, up }) => ({ [`V${number}__${name}.sql`]: up }),
  sqitch: (_, { name, up, down }) => ({
    [`deploy/${name}.sql`]: `-- Deploy ${name}\nBEGIN;\n${up}\nCOMMIT;\n`,
    [`revert/${name}.sql`]: `BEGIN;\n${down}\nCOMMIT;\n`,
  }),
  'sql-migrate': asSections('-- +migrate Up', '-- +migrate Down'),
  sqlx: asPair,
  supabase: (number, { name, up }) => ({ [`2024010100000${number}_${name}.sql`]: up }),
}

/** What a tool keeps beside the migrations. */
const beside: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  atlas: { 'atlas.sum': 'h1:0=\n' },
  drizzle: {
    'meta/_journal.json': JSON.stringify({
      entries: story.map(({ name }, idx) => ({ idx, tag: `000${idx + 1}_${name}`, when: idx, breakpoints: true })),
    }),
  },
  'graphile-migrate': { 'current.sql': '-- Enter migration here\n' },
  prisma: { 'migration_lock.toml': 'provider = "postgresql"\n' },
  sqitch: {
    'sqitch.plan': `%project=app\n\n${story.map(({ name }) => `${name} 2024-01-01T00:00:00Z A <a@b.c> # ${name}\n`).join('')}`,
  },
}
