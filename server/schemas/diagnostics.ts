/** What a field engineer is shown of one gateway, in the OpenAPI document. */
import { Type } from 'typebox';
import { STEP_NAMES } from '#domain/contract/diagnostics.ts';
import { oneOf } from './basics.ts';

export const StepShape = Type.Object({
  step: oneOf(STEP_NAMES),
  ok: Type.Boolean({ description: 'false: this step refused, or doubts, what it was given' }),
  detail: Type.String({ description: 'English, for an engineer' }),
});
