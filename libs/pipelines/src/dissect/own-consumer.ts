import type { LayerPlace } from '@intermodel/inputs';
import { packTable } from '@intermodel/concept-matching';
import type { ImageShard } from '@intermodel/data-loading';
import { MachineError, readArrowBytes } from '@intermodel/streams';
import type { RecordBatch } from 'apache-arrow';
import { concatMap, from } from 'rxjs';
import type { GroupContext } from './group-context.ts';
import { ownOperator } from './own-stage.ts';
import { layerConsumer, type PassConsumer } from './pass-consumer.ts';
import type { LayerName, StudyConsumer } from './study-consumer.ts';

/** A consumer of the caller's own on one layer, with what is stored of it. */
export class OwnConsumer {
  readonly #context: GroupContext;
  readonly #place: LayerPlace;
  readonly #consumer: StudyConsumer;

  constructor(context: GroupContext, place: LayerPlace, consumer: StudyConsumer) {
    this.#context = context;
    this.#place = place;
    this.#consumer = consumer;
  }

  /** Takes the activations from a pass. */
  passConsumer(): PassConsumer {
    const { steps } = this.#context;
    return layerConsumer<RecordBatch>(this.#place, {
      name: this.#consumer.identity,
      stage: ownOperator(`consumer ${this.#consumer.identity}`, () => this.#consumer.stage(this.#name)),
      begin: (shard) => {
        steps.begin(this.#step(shard));
      },
      store: (shard, table, milliseconds) => steps.write(this.#step(shard), { table: packTable(table) }, milliseconds),
    });
  }

  /** Gives the tables of shards to the consumer. */
  conclude(shards: readonly ImageShard[]): Promise<void> {
    const tables = from(shards).pipe(
      concatMap((shard) => this.#read(shard)),
      concatMap((batches) => batches),
    );
    return this.#consumer.conclude(this.#name, tables);
  }

  get #name(): LayerName {
    return { model: this.#place.model.name, layer: this.#place.layer };
  }

  async #read(shard: ImageShard): Promise<readonly RecordBatch[]> {
    const bytes = await this.#context.steps.read(this.#step(shard), 'table');
    if (bytes !== undefined) return readArrowBytes(bytes, `${this.#consumer.identity} of a stored step`).batches;
    throw new MachineError('STORE_BROKEN', `what ${this.#consumer.identity} made cannot be read back`, {
      column: shard.name,
      hint: 'Check the disk of the store, or give another folder.',
    });
  }

  #step(shard: ImageShard) {
    const { describe } = this.#context;
    return describe.of(shard, describe.own(this.#place, this.#consumer.identity));
  }
}
