import type { Session } from '../../scripts/postgres/session';
import type { Catalog } from '../../server/src/core/postgres/catalog';
import type { Command } from '../../server/src/core/sql/commands';
/** One paragraph of a file of cases: the last statement is the one under test. */
export interface Case {
    readonly title: string;
    /** The oldest major version that it runs on: `-- from 18`. */
    readonly from: number;
    /** The newest major version that it runs on: `-- until 17`. */
    readonly until: number;
    /** What the lock reference calls it, where it stands there: `-- shown: ADD COLUMN`. */
    readonly shown?: string;
    readonly setup: string;
    readonly statement: string;
}
/** Reads a file of cases: its first paragraph is the schema that every other one starts from. */
export declare function casesIn(file: string): {
    schema: string;
    cases: Case[];
};
/** Returns whether a case runs on a major version. */
export declare const runsOn: ({ from, until }: Case, major: number) => boolean;
/** Returns the command of one statement that PostgreSQL's grammar accepts. */
export declare function commandOf(statement: string): Command;
/** Returns the catalog after statements, and the parameters they set. */
export declare function afterwards(catalog: Catalog, sql: string, postgres: number): {
    catalog: Catalog;
    parameters: Map<string, string>;
};
/** Empties the database and makes the schema anew. */
export declare function reset(session: Session, schema: string): Promise<void>;
/** Runs statements that must succeed. */
export declare function must(session: Session, sql: string): Promise<void>;
