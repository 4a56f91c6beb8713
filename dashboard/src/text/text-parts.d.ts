/** Parts of the Chinese texts, made when the console is built (`dashboard/text-parts.ts`). */
declare module '*/zh-CN.json?first' {
  const texts: typeof import('./zh-CN.json');
  export default texts;
}
declare module '*/zh-CN.json?rest' {
  const texts: typeof import('./zh-CN.json');
  export default texts;
}
