/** Consuming, what the cluster is asked about positions: by the Start rule, and by users. */

import type { NativeConsumer, OffsetAnswerJson } from '../engine/native.js';
import type { TopicPartition } from '../events.js';
import { ASK_TIMEOUT_MS, PartitionQuestions, toSpec } from './partition-questions.js';
import type { StartPort } from './start.js';

export class OffsetQuestions extends PartitionQuestions<NativeConsumer> implements StartPort {
  /** The group's committed positions; offset -1 = none. */
  committed(of: readonly TopicPartition[]): Promise<readonly OffsetAnswerJson[]> {
    return this.ask('Asking for committed positions', (request) => this.handle.committed(request, of.map(toSpec), ASK_TIMEOUT_MS));
  }
}
