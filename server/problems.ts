/** Every refusal of the API, once: RFC 9457 documents with a stable `code` (design §5). */

/** Status and English title of each code. A code, once published, keeps its meaning. */
export const PROBLEMS = {
  'invalid-request': [400, 'The request does not have the documented shape'],
  'invalid-json': [400, 'The body is not JSON'],
  'invalid-cursor': [400, 'The cursor is not one of this list'],
  'invalid-csv': [400, 'The file is not a readable CSV'],
  unauthenticated: [401, 'Log in first'],
  'bad-credentials': [401, 'User name or password is wrong'],
  forbidden: [403, 'Your roles do not allow this'],
  'cross-site': [403, 'A cookie may write only from the console itself'],
  'out-of-scope': [403, 'Outside the areas, lifelines or organisations given to you'],
  'forbidden-role': [403, 'Your role may not do this to an alarm'],
  'forbidden-colour': [403, 'Your role may not do this to an alarm of this colour'],
  'own-rights': [403, 'Nobody gives more rights to themselves: another security administrator does'],
  'second-person-publishes': [403, 'A person who wrote at a draft does not publish it'],
  'unknown-draft': [404, 'There is no such draft'],
  'not-found': [404, 'There is no such thing, or it is not yours to see'],
  'unknown-route': [404, 'There is no such address'],
  'no-data': [404, 'The point has no measurement yet'],
  'nothing-kept': [404, 'No kept records wait for approval here'],
  'stale-revision': [409, 'The alarm has changed since you saw it'],
  'stale-on-call': [409, 'The on-call list has changed since you saw it'],
  'already-acknowledged': [409, 'The alarm is acknowledged already'],
  'not-open': [409, 'The alarm is over'],
  'not-latched': [409, 'Nothing is held that a reset would release'],
  'not-acknowledged': [409, 'Take the alarm before resetting it'],
  'still-active': [409, 'The condition still holds'],
  'not-shelved': [409, 'The alarm is not shelved'],
  'not-out-of-service': [409, 'The alarm is not out of service'],
  'stale-draft': [409, 'The draft has changed since you saw it'],
  'stale-base': [409, 'Another version is in force now: save the draft again'],
  'run-needed': [409, 'Judge exactly this draft on history first'],
  'run-registry-changed': [409, 'The registry changed too much since the back-test: judge the draft again'],
  'run-too-little': [409, 'The back-test judged too little: at least the last seven days, or all there is'],
  'nothing-changed': [409, 'This changes nothing of what is in force'],
  'too-many-drafts': [409, 'Publish or throw away a draft first'],
  'backtest-busy': [409, 'Another back-test runs'],
  'already-in-shadow': [409, 'This draft judges live data already'],
  'too-many-shadows': [409, 'So many drafts judge live data already: stop one first'],
  exists: [409, 'The id is taken; ids are never reused'],
  'has-children': [409, 'Retire what depends on it first'],
  'alarm-open': [409, 'An alarm of it is still open'],
  retired: [409, 'It is retired'],
  'last-security-admin': [409, 'The last security administrator cannot be removed'],
  'dead-letter-refused': [409, 'InfluxDB refuses this line again'],
  'idempotency-in-flight': [409, 'The first request with this key is still being carried out'],
  'draft-too-large': [413, 'The draft is too large'],
  'body-too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'Send application/json, or text/csv where documented'],
  invalid: [422, 'The content is not acceptable'],
  'import-refused': [422, 'Rows were refused, so nothing was imported'],
  'invalid-on-call': [422, 'The on-call list cannot be used as it is'],
  'rules-invalid': [422, 'Rules of the draft cannot be used as they are'],
  'reason-needed': [422, 'A reason is needed'],
  'too-deep': [422, 'Lists and objects are nested too deeply in it'],
  'text-needed': [422, 'The text is empty'],
  'outside-city': [422, 'The place lies outside the city'],
  'far-from-area': [422, 'The place lies far from its district'],
  'no-place': [422, 'Name a facility, or an area and a lifeline'],
  'too-many-raised': [429, 'Too many raised alarms are open: take and reset some first'],
  'shelve-in-past': [422, 'The shelf would already be over'],
  'shelve-too-long': [422, 'Shelving ends after 8 hours at most'],
  'review-in-past': [422, 'The review date is over'],
  'review-too-late': [422, 'Review within 30 days'],
  'maintenance-too-long': [422, 'Maintenance lasts 30 days at most'],
  'second-person-needed': [422, 'Orange and red are shelved by two people'],
  'weak-password': [422, 'At least 8 characters from 3 of: lower case, upper case, digits, others'],
  'unknown-second-person': [422, 'The second person is no active duty officer or leader'],
  'idempotency-mismatch': [422, 'This key was used for another request'],
  locked: [429, 'Too many failures: log-in is locked for a while'],
  'rate-limited': [429, 'Too many requests; gather more into each'],
  'disk-nearly-full': [503, 'The disk is nearly full: back-tests and shadows wait'],
  holding: [503, 'Nothing is acknowledged while the disk catches up; send it again'],
  busy: [503, 'Too much is waiting; try again shortly'],
  pending: [503, 'Not yet on disk; it will be carried out when the disk answers'],
  'flows-down': [503, 'The flows are not running; alarms are not affected'],
  'flows-off': [404, 'Flows are switched off here'],
  'ledger-unavailable': [503, 'The ledger does not answer; alarms are not affected'],
  'influx-unavailable': [503, 'InfluxDB does not answer'],
  'history-unavailable': [503, 'This is older than the embedded store keeps, and InfluxDB does not answer'],
  internal: [500, 'Our own fault; it is in the log'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof PROBLEMS;

export const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code);

export type ProblemDocument = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly [member: string]: unknown;
};

/** Thrown by a route to answer with a problem document; `members` are added to it (`alarm`, `errors`, …). */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: ProblemCode, detail?: string, members: Readonly<Record<string, unknown>> = {}) {
    super(detail ?? PROBLEMS[code][1]);
    this.code = code;
    this.status = PROBLEMS[code][0];
    this.title = PROBLEMS[code][1];
    this.members = members;
  }

  /**
   * For a code that the engine or the registry gave. The codes of registry rows are many and belong to
   * domain/registry-change.ts; one that stands in no list of ours is unacceptable content: 422.
   */
  static ofAnswer(code: string, detail: string, members: Readonly<Record<string, unknown>> = {}): Problem {
    if (isProblemCode(code)) return new Problem(code, detail, members);
    return new RowProblem(code, detail, members);
  }

  document(): ProblemDocument {
    return {
      type: `urn:city-lifeline:problem:${this.code}`,
      title: this.title,
      status: this.status,
      detail: this.message,
      code: this.code,
      ...this.members,
    };
  }
}

class RowProblem extends Problem {
  override readonly code: string;
  constructor(code: string, detail: string, members: Readonly<Record<string, unknown>>) {
    super('invalid', detail, members);
    this.code = code;
  }
}

/** The problem that stands for whatever a route threw. Faults of ours show no inner detail. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (!(error instanceof Error)) return new Problem('internal');
  if (error.name === 'LedgerError') return ofLedger(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const validation = 'validation' in error && Array.isArray(error.validation) ? error.validation : null;
  if (validation !== null)
    return new Problem('invalid-request', error.message, { errors: fieldErrors(validation) });
  if (code === 'history-unavailable') return new Problem(code, error.message);
  const known = FASTIFY_CODES[code];
  if (known !== undefined) return new Problem(known, error.message);
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  return status >= 400 && status < 500
    ? new Problem('invalid-request', error.message)
    : new Problem('internal');
}

const FASTIFY_CODES: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid-json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid-json',
};

function ofLedger(error: Error): Problem {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'username-taken') return new Problem('exists', 'the user name is taken');
  if (code === 'unknown-user') return new Problem('not-found');
  return isProblemCode(code) ? new Problem(code) : new Problem('ledger-unavailable');
}

function fieldErrors(validation: readonly unknown[]): { path: string; detail: string }[] {
  return validation.map((entry) => {
    const known = typeof entry === 'object' && entry !== null ? entry : {};
    const path = 'instancePath' in known ? String(known.instancePath) : '';
    const detail = 'message' in known ? String(known.message) : 'is not acceptable';
    return { path, detail };
  });
}
