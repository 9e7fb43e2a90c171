import { type Outcome, type Session } from '../../scripts/postgres/session';
/** What other sessions saw of a statement while it ran. */
export interface Watched {
    readonly outcome: Outcome;
    /** Every lock on a relation that it held or asked for at a moment when it waited: oid and mode. */
    readonly locks: readonly (readonly string[])[];
    /** Whether it waited for a transaction that has nothing but an old snapshot. */
    readonly waitedForSnapshot: boolean;
    /** Whether it waited for the end of a transaction that has read a table, and not just for its lock. */
    readonly waitedForReader: boolean;
}
/** Runs a statement of another session while it watches. */
export type Watch = (session: Session, sql: string) => Promise<Watched>;
/**
 * A statement that commits in between leaves no locks to look at afterwards. So other sessions stop it on its way, at
 * every moment when they can: they hold the catalogs that such statements write (SHARE lets everybody read), the tables
 * (EXCLUSIVE), an old snapshot, and the locks of a reader. Each time it waits for one of them all its locks are noted,
 * and who is in the way lets go. Nobody sleeps: a session asks again and again what the statement waits for.
 */
export declare function watching(open: () => Promise<Session>): Watch;
