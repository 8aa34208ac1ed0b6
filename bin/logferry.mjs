#!/usr/bin/env node
// The operator's command (cli/main.ts), under a Node that fits and with its dependencies installed. Starts under any Node from 20 on.
import { runMain } from '../scripts/with-node.mjs';

runMain(['cli/main.ts', ...process.argv.slice(2)]);
