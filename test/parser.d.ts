/** Loads PostgreSQL's parser from the installed package: call it in `before`. */
export declare function loadInstalledParser(): Promise<void>;
