/** One decision broken: what then goes wrong, a text that stands once in the file, and the text instead. */
export type Change = readonly [what: string, from: string, to: string];
