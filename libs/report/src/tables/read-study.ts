import { readClaims } from './read-claims.ts';
import { readEmbedding } from './read-embedding.ts';
import { readProbes } from './read-probes.ts';
import { readProfiles } from './read-profiles.ts';
import { readTasks } from './read-tasks.ts';
import type { ReportTables } from './report-tables.ts';
import { readUncertainty } from './read-uncertainty.ts';
import type { Study } from './study.ts';

/**
 * Reads all tables of a study into plain values: what follows never sees Arrow, and never depends on how batches were
 * cut.
 */
export function readStudy(tables: ReportTables): Study {
  const [embedding, tasks] = [readEmbedding(tables), readTasks(tables)];
  const [probes, uncertainty, claims] = [readProbes(tables), readUncertainty(tables), readClaims(tables)];
  return {
    facts: tables.study,
    hasProfiles: tables.profiles !== undefined,
    profiles: readProfiles(tables),
    ...(embedding === undefined ? {} : { embedding }),
    ...(uncertainty === undefined ? {} : { uncertainty }),
    ...(tasks === undefined ? {} : { tasks }),
    ...(probes === undefined ? {} : { probes }),
    ...(claims === undefined ? {} : { claims }),
    ...(tables.change === undefined ? {} : { change: tables.change }),
    galleries: tables.galleries ?? [],
    vocabulary: tables.vocabulary ?? [],
  };
}
