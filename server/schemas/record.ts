/** A record as a gateway sends it (design §5); the fold checks it, field by field. */
import { Type } from 'typebox';
import { InstantInput, oneOf, orNull } from './basics.ts';

export const RecordShape = Type.Object({
  device: Type.String({ maxLength: 64, description: 'Id or serial' }),
  time: Type.Optional(InstantInput),
  values: Type.Record(Type.String(), orNull(Type.Union([Type.Number(), Type.Boolean()])), {
    description: 'By channel; null = the sensor says bad',
  }),
  seq: Type.Optional(Type.Integer({ minimum: 0, description: 'Per device, increasing' })),
  quality: Type.Optional(oneOf(['good', 'uncertain', 'bad'])),
  backfill: Type.Optional(Type.Boolean({ description: 'Old data sent after an outage' })),
});
