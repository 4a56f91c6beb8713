/** Stored measurements as the API shows them (design §5). */
import { Type } from 'typebox';
import { Instant, oneOf, orNull } from './basics.ts';

const QualityShape = oneOf(['good', 'uncertain', 'bad']);

export const RowShape = Type.Object({
  time: Instant,
  deviceTime: orNull(Instant),
  receivedAt: Instant,
  value: orNull(Type.Number()),
  quality: QualityShape,
});
export const BucketShape = Type.Object({
  from: Instant,
  min: orNull(Type.Number()),
  max: orNull(Type.Number()),
  mean: orNull(Type.Number()),
  last: orNull(Type.Number()),
  count: Type.Integer(),
  quality: QualityShape,
});
