/**
 * The platform's word to the editor for who is asking: one ticket for one request, worthless once it is answered. The
 * flows' process holds no key and can make none; a deploy needs a ticket that came with one.
 */
import type { Person } from '#domain/user.ts';
import type { EditorUser } from './messages.ts';

/** Requests and sockets open at once; the oldest gives way. */
const OPEN_MAX = 2_000;

export type Ticket = { readonly by: Person; readonly mayEdit: boolean; readonly deploys: boolean };

export type Tickets = {
  /** `deploys` = this request may bring new flows. */
  issue(ticket: Ticket): string;
  /** Who stands behind a ticket; null when it is not one, or no longer. */
  user(token: string): EditorUser | null;
  deployer(token: string): Person | null;
  drop(token: string): void;
};

export function createTickets(randomText: () => string): Tickets {
  const open = new Map<string, Ticket>();
  return {
    issue(ticket) {
      const token = randomText();
      open.set(token, ticket);
      for (const oldest of open.keys()) {
        if (open.size <= OPEN_MAX) break;
        open.delete(oldest);
      }
      return token;
    },
    user(token) {
      const ticket = open.get(token);
      return ticket === undefined
        ? null
        : { username: ticket.by.username, permissions: ticket.mayEdit ? '*' : 'read' };
    },
    deployer(token) {
      const ticket = open.get(token);
      return ticket?.deploys === true && ticket.mayEdit ? ticket.by : null;
    },
    drop: (token) => void open.delete(token),
  };
}
