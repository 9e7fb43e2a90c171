import type { Session } from '../../scripts/postgres/session';
import { type Case } from './cases';
import type { Watch } from './watch';
/** One statement: what the model says of it and what PostgreSQL did, aspect by aspect, in words that can be compared. */
export interface Claim {
    readonly said: Aspects;
    readonly measured: Aspects;
}
export type Aspects = Readonly<Record<string, readonly string[]>>;
/** Returns the names of the aspects in which a claim is wrong. */
export declare const differences: ({ said, measured }: Claim) => string[];
/**
 * Returns a function that runs a case on `session`, which it has for itself, and says what was claimed and measured.
 * What only other sessions can see is left out of both without `watch`.
 */
export declare function proverOn(session: Session, schema: string, watch?: Watch): (tested: Case) => Promise<Claim>;
