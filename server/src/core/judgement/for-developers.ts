/**
 * Returns whether the path says that production does not run the migration: its folder is named for development or tests
 * (`db/migration/dev-truncate/R__0_users.sql`), or it stands among the sources of tests (`src/test/resources/`,
 * `src/integrationTest/`, as Maven and Gradle lay them out) or their data (`test_data/`).
 */
export const isForDevelopers = (path: string): boolean =>
  byFolder.test(path) || testSources.test(path) || testData.test(path)

/** Returns whether the migration stands among the sources of tests, where it makes a database of its own. */
export const isAmongTests = (path: string): boolean => testSources.test(path)

const byFolder = /(?:^|\/)(?:dev|development|tests?|local)(?:[-_+.][^/]*)?\/[^/]*$/i
const testSources = /(?:^|\/)src\/(?:test|\w+Test|testFixtures)\//
const testData = /(?:^|\/)test[-_]?[dD]ata\//
