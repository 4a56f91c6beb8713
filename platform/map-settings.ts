/** The base maps that the configuration names, or none. */
import { type Config, ConfigError } from '#config';
import { type MapSettings, NO_BASES, readMapFile } from '#server/map-file.ts';

/** Throws a ConfigError for a file that cannot be used as it is. */
export function mapSettings(given: Config['mapFile']): MapSettings {
  if (given === null) return NO_BASES;
  try {
    return readMapFile(given.path, given.text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError('LIFELINE_MAP_FILE', `${given.path}: ${why}`);
  }
}
