/** People behind the mock server: kept, locked, let in again, retired. */
import { list, ok, refusal, type MockAnswer } from './mock-answers.ts';

type Person = {
  username: string;
  name: string;
  roles: string[];
  scope: object;
  lockedForMs: number;
  retired?: true;
  createdAt: number;
};

export function createPeople(now: () => number) {
  const person = (username: string, name: string, roles: string[], more: Partial<Person> = {}): Person => ({
    ...{ username, name, roles, scope: {}, lockedForMs: 0, createdAt: now() },
    ...more,
  });
  const people: Person[] = [
    person('sec', '孙安', ['security-admin']),
    person('li', '李四', ['duty-leader']),
    person('crew-1', '周工', ['crew'], { scope: { organisations: ['gas-co'], areas: ['371702'] } }),
    person('zhang', '张三', ['duty-officer'], { lockedForMs: 540_000 }),
    person('wu', '吴九', ['viewer'], { retired: true }),
  ];
  return (method: string, username: string, tail: string, body: unknown): MockAnswer => {
    const given = Object(body) as Partial<Person>;
    if (username === '' && method === 'GET') return list(people);
    if (username === '') {
      if (people.some((one) => one.username === given.username)) return refusal(409, 'exists');
      people.push(
        person(given.username ?? '', given.name ?? '', given.roles ?? [], { scope: given.scope ?? {} }),
      );
      return { status: 201, body: people.at(-1) };
    }
    const found = people.find((one) => one.username === username);
    if (found === undefined) return refusal(404, 'not-found');
    if (tail === 'unlock') found.lockedForMs = 0;
    else if (tail === 'retire') found.retired = true;
    else Object.assign(found, given);
    return ok(found);
  };
}
