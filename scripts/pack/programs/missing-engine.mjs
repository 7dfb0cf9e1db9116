/** A user's program where no binary is installed: importing and constructing work, the first use rejects. Prints that error as JSON. */
import { isPhqKafkaError, Producer } from '@predicthq/kafka';

const producer = new Producer({ svc: 'ingest', outputTopics: 'quakes', bootstrapServers: 'localhost:1' });
try {
  await producer.connect();
} catch (error) {
  if (!isPhqKafkaError(error)) throw error;
  console.log(JSON.stringify({ name: error.name, code: error.code, message: error.message }));
}
