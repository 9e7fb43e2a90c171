/**
 * Returns the page of a command in PostgreSQL's manual, by its tag; undefined for a tag that has none. The names of pages
 * are those of the manual's SQL reference (sql-commands.html).
 */
export function manualPage(tag: string, postgres: number): { title: string; href: string } | undefined {
  const page = tag in exceptions ? exceptions[tag] : tag.toLowerCase().replaceAll(' ', '')
  if (page === undefined) return undefined
  return {
    title: `PostgreSQL ${postgres}: ${tag}`,
    href: `https://www.postgresql.org/docs/${postgres}/sql-${page}.html`,
  }
}

/** Where the page is not named for the tag without its spaces. */
const exceptions: Readonly<Record<string, string | undefined>> = {
  'TRUNCATE TABLE': 'truncate',
  'LOCK TABLE': 'lock',
  'START TRANSACTION': 'start-transaction',
  RELEASE: 'release-savepoint',
  'PREPARE TRANSACTION': 'prepare-transaction',
  'COMMIT PREPARED': 'commit-prepared',
  'ROLLBACK PREPARED': 'rollback-prepared',
  'SET CONSTRAINTS': 'set-constraints',
  'SECURITY LABEL': 'security-label',
  'REASSIGN OWNED': 'reassign-owned',
  'DROP OWNED': 'drop-owned',
  'GRANT ROLE': 'grant',
  'REVOKE ROLE': 'revoke',
  'DECLARE CURSOR': 'declare',
  'CLOSE CURSOR': 'close',
  'CREATE ACCESS METHOD': 'create-access-method',
  'DROP ACCESS METHOD': 'drop-access-method',
  'CREATE OPERATOR CLASS': 'createopclass',
  'CREATE OPERATOR FAMILY': 'createopfamily',
  'DROP OPERATOR CLASS': 'dropopclass',
  'DROP OPERATOR FAMILY': 'dropopfamily',
  'DROP TEXT SEARCH CONFIGURATION': 'droptsconfig',
  'DROP TEXT SEARCH DICTIONARY': 'droptsdictionary',
  'DROP TEXT SEARCH PARSER': 'droptsparser',
  'DROP TEXT SEARCH TEMPLATE': 'droptstemplate',
  'ALTER OPERATOR CLASS': 'alteropclass',
  'ALTER OPERATOR FAMILY': 'alteropfamily',
  'CREATE TEXT SEARCH CONFIGURATION': 'createtsconfig',
  'CREATE TEXT SEARCH DICTIONARY': 'createtsdictionary',
  'CREATE TEXT SEARCH PARSER': 'createtsparser',
  'CREATE TEXT SEARCH TEMPLATE': 'createtstemplate',
  'ALTER TEXT SEARCH CONFIGURATION': 'altertsconfig',
  'ALTER TEXT SEARCH DICTIONARY': 'altertsdictionary',
  'ALTER TEXT SEARCH PARSER': 'altertsparser',
  'ALTER TEXT SEARCH TEMPLATE': 'altertstemplate',
  'ALTER TABLE ALL': 'altertable',
  'ALTER INDEX ALL': 'alterindex',
  'ALTER MATERIALIZED VIEW ALL': 'altermaterializedview',
  'ALTER OBJECT': undefined,
  OTHER: undefined,
}

/** Returns a section of the manual: `page` is its file with its anchor, `title` what the section is about. */
export const manualSection = (page: string, title: string, postgres: number): { title: string; href: string } => ({
  title: `PostgreSQL ${postgres}: ${title}`,
  href: `https://www.postgresql.org/docs/${postgres}/${page}`,
})
