import { main } from '../cluster/cli/main.ts';

// Sockets that are still open must not keep a finished command alive.
process.exit(await main(process.argv.slice(2)));
