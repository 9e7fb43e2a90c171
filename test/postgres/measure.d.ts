import { type Session } from '../../scripts/postgres/session';
import type { Watch } from './watch';
/** What a statement really did to the relations that were there before it, names as `schema.name`, sorted. */
export interface Measured {
    /**
     * Strongest mode per relation that is still held at the end; of statements that refuse a transaction block, of those
     * that were seen by `watch`, and undefined without it.
     */
    readonly locks?: ReadonlyMap<string, string>;
    readonly rewrites: readonly string[];
    /** Undefined where the server's statistics come too late to say. */
    readonly scans?: readonly string[];
    readonly builds: readonly string[];
    readonly drops: readonly string[];
    readonly refusesTransactionBlock: boolean;
    /** Whether it waited for the end of older transactions; undefined where nobody watched. */
    readonly waitsForTransactions?: boolean;
    readonly error?: string;
}
/** Runs `sql` in a transaction that is rolled back, or on its own where it refuses one, and looks at the traces. */
export declare function measure(session: Session, sql: string, watch?: Watch): Promise<Measured>;
/** active_sql_transaction; invalid_transaction_termination of COMMIT inside a DO block. */
export declare const refusals: Set<string>;
