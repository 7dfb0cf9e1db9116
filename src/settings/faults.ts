/** Settings layer: many faults, one error. Whoever configures a service wants to mend everything at once, not one fault a restart. */
import { SettingsError, type SettingsFault } from '../errors.js';

/** @param subject what is configured, e.g. `consumer` */
export function toSettingsError(subject: string, faults: readonly SettingsFault[]): SettingsError {
  const lines = faults.map((fault) => `  ${fault.key}: ${fault.message}`);
  const count = faults.length === 1 ? 'One setting' : `${faults.length} settings`;
  const verb = faults.length === 1 ? 'is' : 'are';
  return new SettingsError('SETTINGS_INVALID', `${count} of the ${subject} ${verb} wrong:\n${lines.join('\n')}`, { faults });
}
