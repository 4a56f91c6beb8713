/** Mapping forms of products. */
export const PRODUCTS_SCHEMA = `
CREATE TABLE products (id TEXT PRIMARY KEY, revision INTEGER NOT NULL, document TEXT NOT NULL) STRICT;
`;
