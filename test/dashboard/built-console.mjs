/** Once before the tests, whichever are run: the console is built, so that several files may look at it at once. */
import { buildConsole } from '../../tools/start.mjs';

export default buildConsole;
