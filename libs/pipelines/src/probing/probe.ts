import type { LayerPlace } from '@intermodel/inputs';
import type { StudyModel } from '@intermodel/studies';
import type { TaskKind } from '@intermodel/transfer-probing';
import type { OpenedTask } from './opened-task.ts';

/** A model on a task. */
export interface Probe {
  /** The task. */
  readonly task: OpenedTask;
  /** What is measured. */
  readonly kind: TaskKind;
  /** The model. */
  readonly model: StudyModel;
  /** Its layers. */
  readonly places: readonly LayerPlace[];
}
