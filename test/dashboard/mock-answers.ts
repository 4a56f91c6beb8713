/** Answers in the platform's shapes. */
export type MockAnswer = { readonly status: number; readonly body: unknown; readonly cookie?: string };

export const ok = (body: unknown): MockAnswer => ({ status: 200, body });
export const list = (items: unknown): MockAnswer => ok({ items, next: null });
export const refusal = (status: number, code: string, members = {}): MockAnswer => ({
  status,
  body: { type: `urn:city-lifeline:problem:${code}`, title: code, status, detail: code, code, ...members },
});
