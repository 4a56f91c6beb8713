/** Holds a data directory until somebody kills it. */
import { openDataDirectory } from '#store/data-directory.ts';

const path = process.argv[2];
if (path === undefined) throw new Error('which directory?');
const held = openDataDirectory(path);
process.stdout.write(`${held.siteId}\n`);
setInterval(() => held.path, 60_000);
