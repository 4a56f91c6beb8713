/** What a field of a rule holds: how one form is told from another, and what a new one begins with. */
import type { FieldShape, RuleField } from './rule-form.ts';

/** Whether `value` is of this form: tells the ways of a field apart. */
export function fits(shape: FieldShape, value: unknown): boolean {
  switch (shape.is) {
    case 'number':
    case 'span':
      return typeof value === 'number';
    case 'flag':
      return typeof value === 'boolean';
    case 'list':
    case 'many':
      return Array.isArray(value);
    case 'group':
    case 'both':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'word':
      return typeof value === 'string' && shape.of.includes(value);
    case 'either':
      return shape.ways.some((way) => fits(way.shape, value));
    default:
      return typeof value === 'string';
  }
}

/** What a new field of this form begins with: empty where a person must say something. */
export function blank(shape: FieldShape): unknown {
  switch (shape.is) {
    case 'number':
    case 'span':
      return 0;
    case 'flag':
      return false;
    case 'both':
      return { zh: '', en: '' };
    case 'word':
      return shape.of[0] ?? '';
    case 'many':
      return shape.any === true ? 'any' : [];
    case 'list':
      return Array.from({ length: shape.least }, () => blank(shape.of));
    case 'either':
      return shape.ways[0] === undefined ? '' : blank(shape.ways[0].shape);
    case 'group':
      return blankFields(shape.fields);
    default:
      return '';
  }
}

/** Fields that must be there, as a new rule or part has them. */
export function blankFields(fields: readonly RuleField[]): Readonly<Record<string, unknown>> {
  const made: Record<string, unknown> = {};
  for (const { name, shape, optional, stands, begins } of fields) {
    if (optional === true || stands?.(made, made) === false) continue;
    made[name] = begins ?? blank(shape);
  }
  return made;
}
