/** The catalogue that comes with the product: one file a rule. A city publishes its own from this one. */
import { hash64 } from './alarm-id.ts';
import adjacentSpaceCh4 from './catalogue/adjacent-space-ch4.json' with { type: 'json' };
import cl2Toxic from './catalogue/cl2-toxic.json' with { type: 'json' };
import coToxic from './catalogue/co-toxic.json' with { type: 'json' };
import gasWellCh4 from './catalogue/gas-well-ch4.json' with { type: 'json' };
import h2sToxic from './catalogue/h2s-toxic.json' with { type: 'json' };
import nh3Toxic from './catalogue/nh3-toxic.json' with { type: 'json' };
import o2High from './catalogue/o2-high.json' with { type: 'json' };
import o2Low from './catalogue/o2-low.json' with { type: 'json' };
import plantCh4 from './catalogue/plant-ch4.json' with { type: 'json' };
import pondingDepth from './catalogue/ponding-depth.json' with { type: 'json' };
import pondingRise from './catalogue/ponding-rise.json' with { type: 'json' };
import rainSum from './catalogue/rain-sum.json' with { type: 'json' };
import settings from './catalogue/settings.json' with { type: 'json' };
import sewerCh4 from './catalogue/sewer-ch4.json' with { type: 'json' };
import sewerLevel from './catalogue/sewer-level.json' with { type: 'json' };
import system from './catalogue/system.json' with { type: 'json' };
import tankLevel from './catalogue/tank-level.json' with { type: 'json' };
import tunnelCh4 from './catalogue/tunnel-ch4.json' with { type: 'json' };

/** Rules in the order in which they bind. */
export const SHIPPED_RULES = [
  gasWellCh4,
  adjacentSpaceCh4,
  sewerCh4,
  tunnelCh4,
  plantCh4,
  h2sToxic,
  coToxic,
  nh3Toxic,
  cl2Toxic,
  o2Low,
  o2High,
  pondingDepth,
  pondingRise,
  rainSum,
  sewerLevel,
  tankLevel,
] as const;

export const SHIPPED_SYSTEM = system;

/** The shipped catalogue as an input carries it; the revision is a hash of its content. */
export function shippedCatalogue(): { revision: string; catalogue: unknown } {
  const catalogue = { format: 1, settings, rules: SHIPPED_RULES, system };
  return { revision: hash64(JSON.stringify(catalogue)), catalogue };
}
