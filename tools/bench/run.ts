/**
 * Benches of whole processes and of stages at scale, printed as one table a topic:
 *   npm run bench, or run.mjs with the names of topics (reproduce, embedding, many, dissect, incremental, models, start, machines, engines, import, probing, nulls, multiverse, world).
 */
import { benchDissect } from './dissect.ts';
import { benchEmbedCommand } from './embed-command.ts';
import { benchEmbedding } from './embedding.ts';
import { benchEngines } from './engines.ts';
import { benchImport } from './import-checkpoint.ts';
import { benchIncremental } from './incremental.ts';
import { benchManyMachines } from './many-machines.ts';
import { benchManyModels } from './many-models.ts';
import { benchMultiverse } from './multiverse.ts';
import { benchNulls } from './nulls.ts';
import { benchProbing } from './probing.ts';
import { benchReproduce } from './reproduce.ts';
import { benchStart } from './start.ts';
import { benchWorld } from './world.ts';

const topics: Record<string, () => Promise<void> | void> = {
  reproduce: benchReproduce,
  embedding: benchEmbedding,
  many: benchEmbedCommand,
  dissect: benchDissect,
  incremental: benchIncremental,
  models: benchManyModels,
  start: benchStart,
  machines: benchManyMachines,
  engines: benchEngines,
  import: benchImport,
  probing: benchProbing,
  nulls: benchNulls,
  multiverse: benchMultiverse,
  world: benchWorld,
};
const wanted = process.argv.slice(2);
for (const [name, run] of Object.entries(topics)) if (wanted.length === 0 || wanted.includes(name)) await run();
