/** A reader of an embedded broker, with the settings of the tools, that is told at once that there is nothing more: docs/embedded-gaps.md. */
import { Reader } from '../../../src/consumer/reader.js';
import { resolveToolConfig } from '../../../src/settings/tool-config.js';

export function openReader({ bootstrapServers }: { readonly bootstrapServers: string }): Reader {
  const { reader, logger } = resolveToolConfig({ bootstrapServers });
  return new Reader({ name: 'reader', bootstrapServers, config: [...reader, ['fetch.wait.max.ms', '10']], logger });
}
