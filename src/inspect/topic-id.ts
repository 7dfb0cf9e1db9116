/** Inspecting, which topic a name stands for now. */

import { type Admin, throwOnFailure } from '../engine/admin.js';
import { InvariantError } from '../errors.js';

/** Base64. @throws KafkaException UNKNOWN_TOPIC_OR_PART when there is no such topic; asking does not create it */
export async function readTopicId(admin: Admin, topic: string): Promise<string> {
  const [found] = await admin.topicIds([topic]);
  if (found === undefined) throw new InvariantError('INVARIANT', `Looking up topic "${topic}" had no answer`, { state: { topic } });
  throwOnFailure([found]);
  return found.id;
}
