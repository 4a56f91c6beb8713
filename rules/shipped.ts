/** The catalogue that comes with the product: one file a rule. A city publishes its own from this one. */
import { hash64 } from './alarm-id.ts';
import adjacentSpaceCh4 from './catalogue/adjacent-space-ch4.json' with { type: 'json' };
import batteryLow from './catalogue/battery-low.json' with { type: 'json' };
import batteryVoltageLow from './catalogue/battery-voltage-low.json' with { type: 'json' };
import benzeneToxic from './catalogue/benzene-toxic.json' with { type: 'json' };
import calibrationDue from './catalogue/calibration-due.json' with { type: 'json' };
import cl2Toxic from './catalogue/cl2-toxic.json' with { type: 'json' };
import coToxic from './catalogue/co-toxic.json' with { type: 'json' };
import co2Toxic from './catalogue/co2-toxic.json' with { type: 'json' };
import coverTilt from './catalogue/cover-tilt.json' with { type: 'json' };
import ethyleneOxideToxic from './catalogue/ethylene-oxide-toxic.json' with { type: 'json' };
import forebayHigh from './catalogue/forebay-high.json' with { type: 'json' };
import forebayLow from './catalogue/forebay-low.json' with { type: 'json' };
import formaldehydeToxic from './catalogue/formaldehyde-toxic.json' with { type: 'json' };
import gasBiogasLike from './catalogue/gas-biogas-like.json' with { type: 'json' };
import gasFlowUnusual from './catalogue/gas-flow-unusual.json' with { type: 'json' };
import gasLeakLike from './catalogue/gas-leak-like.json' with { type: 'json' };
import gasPressureDrop from './catalogue/gas-pressure-drop.json' with { type: 'json' };
import gasPressureHigh from './catalogue/gas-pressure-high.json' with { type: 'json' };
import gasPressureLow from './catalogue/gas-pressure-low.json' with { type: 'json' };
import gasRupture from './catalogue/gas-rupture.json' with { type: 'json' };
import gasWellCh4 from './catalogue/gas-well-ch4.json' with { type: 'json' };
import gasWellsAdjacent from './catalogue/gas-wells-adjacent.json' with { type: 'json' };
import h2sToxic from './catalogue/h2s-toxic.json' with { type: 'json' };
import hclToxic from './catalogue/hcl-toxic.json' with { type: 'json' };
import hcnToxic from './catalogue/hcn-toxic.json' with { type: 'json' };
import heatBurst from './catalogue/heat-burst.json' with { type: 'json' };
import heatMakeUp from './catalogue/heat-make-up.json' with { type: 'json' };
import heatMakeUpFlows from './catalogue/heat-make-up-flows.json' with { type: 'json' };
import heatMakeUpUnusual from './catalogue/heat-make-up-unusual.json' with { type: 'json' };
import heatPressureDrop from './catalogue/heat-pressure-drop.json' with { type: 'json' };
import heatReturnTemperature from './catalogue/heat-return-temperature.json' with { type: 'json' };
import heatSupplyTemperature from './catalogue/heat-supply-temperature.json' with { type: 'json' };
import hfToxic from './catalogue/hf-toxic.json' with { type: 'json' };
import methanolToxic from './catalogue/methanol-toxic.json' with { type: 'json' };
import nh3Toxic from './catalogue/nh3-toxic.json' with { type: 'json' };
import noToxic from './catalogue/no-toxic.json' with { type: 'json' };
import no2Toxic from './catalogue/no2-toxic.json' with { type: 'json' };
import o2High from './catalogue/o2-high.json' with { type: 'json' };
import o2Low from './catalogue/o2-low.json' with { type: 'json' };
import o3Toxic from './catalogue/o3-toxic.json' with { type: 'json' };
import peopleGathering from './catalogue/people-gathering.json' with { type: 'json' };
import phosgeneToxic from './catalogue/phosgene-toxic.json' with { type: 'json' };
import plantCh4 from './catalogue/plant-ch4.json' with { type: 'json' };
import plantCombustible from './catalogue/plant-combustible.json' with { type: 'json' };
import plantTwoDetectors from './catalogue/plant-two-detectors.json' with { type: 'json' };
import pondingDepth from './catalogue/ponding-depth.json' with { type: 'json' };
import pondingEta from './catalogue/ponding-eta.json' with { type: 'json' };
import pondingRise from './catalogue/ponding-rise.json' with { type: 'json' };
import pumpNoCurrent from './catalogue/pump-no-current.json' with { type: 'json' };
import pumpNoDrop from './catalogue/pump-no-drop.json' with { type: 'json' };
import pumpNotRunning from './catalogue/pump-not-running.json' with { type: 'json' };
import rainSum from './catalogue/rain-sum.json' with { type: 'json' };
import settings from './catalogue/settings.json' with { type: 'json' };
import sensorFrozen from './catalogue/sensor-frozen.json' with { type: 'json' };
import sensorRepeats from './catalogue/sensor-repeats.json' with { type: 'json' };
import sewerCh4 from './catalogue/sewer-ch4.json' with { type: 'json' };
import sewerLevel from './catalogue/sewer-level.json' with { type: 'json' };
import sewerOverflow from './catalogue/sewer-overflow.json' with { type: 'json' };
import signalWeak from './catalogue/signal-weak.json' with { type: 'json' };
import so2Toxic from './catalogue/so2-toxic.json' with { type: 'json' };
import system from './catalogue/system.json' with { type: 'json' };
import tankLevel from './catalogue/tank-level.json' with { type: 'json' };
import tolueneToxic from './catalogue/toluene-toxic.json' with { type: 'json' };
import trenchGround from './catalogue/trench-ground.json' with { type: 'json' };
import trenchHumidity from './catalogue/trench-humidity.json' with { type: 'json' };
import tunnelCh4 from './catalogue/tunnel-ch4.json' with { type: 'json' };

/** Rules in the order in which they bind. */
export const SHIPPED_RULES = [
  gasWellCh4,
  gasWellsAdjacent,
  adjacentSpaceCh4,
  sewerCh4,
  gasLeakLike,
  gasBiogasLike,
  tunnelCh4,
  plantCh4,
  plantCombustible,
  plantTwoDetectors,
  h2sToxic,
  coToxic,
  nh3Toxic,
  cl2Toxic,
  so2Toxic,
  no2Toxic,
  noToxic,
  hclToxic,
  hfToxic,
  hcnToxic,
  phosgeneToxic,
  benzeneToxic,
  tolueneToxic,
  methanolToxic,
  formaldehydeToxic,
  ethyleneOxideToxic,
  o3Toxic,
  co2Toxic,
  o2Low,
  o2High,
  gasPressureHigh,
  gasPressureLow,
  gasPressureDrop,
  gasRupture,
  gasFlowUnusual,
  pondingDepth,
  pondingRise,
  pondingEta,
  rainSum,
  sewerLevel,
  sewerOverflow,
  forebayHigh,
  forebayLow,
  pumpNotRunning,
  pumpNoCurrent,
  pumpNoDrop,
  tankLevel,
  heatMakeUp,
  heatMakeUpFlows,
  heatMakeUpUnusual,
  heatSupplyTemperature,
  heatReturnTemperature,
  heatPressureDrop,
  heatBurst,
  trenchGround,
  trenchHumidity,
  peopleGathering,
  coverTilt,
  batteryLow,
  batteryVoltageLow,
  signalWeak,
  calibrationDue,
  sensorFrozen,
  sensorRepeats,
] as const;

export const SHIPPED_SYSTEM = system;

const SHIPPED = { format: 1, settings, rules: SHIPPED_RULES, system };
const REVISION = hash64(JSON.stringify(SHIPPED));

/** The shipped catalogue as an input carries it; the revision is a hash of its content. */
export const shippedCatalogue = (): { revision: string; catalogue: unknown } => ({
  revision: REVISION,
  catalogue: SHIPPED,
});
