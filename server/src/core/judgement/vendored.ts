/**
 * Returns whether a table is one that a library brings along, by its name or schema: Quartz, Spring Batch and Session, the
 * process engines Activiti, Camunda and Flowable, Hangfire, pg-boss, Graphile Worker and Hasura's own. A migration that makes it
 * was copied from there, and so is the next.
 */
export const isVendored = ({ schema = '', name }: { readonly schema?: string; readonly name: string }): boolean =>
  ofLibraries.test(name) || schemas.has(schema.toLowerCase())

const ofLibraries =
  /^(?:qrtz_|batch_(?:job|step)_|spring_session|act_(?:re|ru|hi|id|ge|evt|procdef|dmn|fo|app|cmmn|co)_|flw_)/i

const schemas: ReadonlySet<string> = new Set(['hangfire', 'pgboss', 'graphile_worker', 'hdb_catalog'])
