import { categoryLetter, placeStudy, type PlaceStudyOptions } from '@intermodel/pipelines';
import type { Command } from 'commander';
import { makeCommand } from '../command.ts';
import { printResult, textTable } from '../output.ts';
import { componentNames } from '../results.ts';

/** `intermodel place`: further models in an embedding that stays as it is. */
export function placeCommand(): Command {
  return makeCommand<Omit<PlaceStudyOptions, 'units'>>({
    name: 'place',
    description: 'Place models in an embedding that was fitted without them; the embedding is not changed.',
    argument: ['<UNITS...>', 'unit tables of the models to place'],
    required: ['--embedding'],
    examples: ['place --embedding study new-model.csv', 'place --embedding study new-model.csv --json'],
    run: async ({ files: units, content, own, terminal }) => {
      const placed = await placeStudy({ ...content, ...own, units, command: 'intermodel place' });
      const models = placed.toArray().map(({ model, components, cluster, inexpressible }) => ({
        model,
        components: [...components],
        cluster,
        inexpressible,
      }));
      printResult(terminal, { models }, () =>
        textTable(
          ['model', ...componentNames(models[0]?.components), 'category', 'inexpressible'],
          models.map(({ model, components, cluster, inexpressible }) => [
            model,
            ...components,
            categoryLetter(cluster),
            inexpressible,
          ]),
        ),
      );
    },
  });
}
