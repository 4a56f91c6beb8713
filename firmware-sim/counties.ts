/** The nine counties and districts of 菏泽 with their GB/T 2260 codes, a place in each, and some of its roads. */
export type County = {
  readonly code: string;
  readonly name: string;
  readonly lat: number;
  readonly lon: number;
  readonly roads: readonly [string, string];
};

/** All nine, the city's seat first. */
export const COUNTIES: readonly [County, ...County[]] = [
  { code: '371702', name: '牡丹区', lat: 35.2525, lon: 115.4395, roads: ['中华路', '人民路'] },
  { code: '371703', name: '定陶区', lat: 35.0713, lon: 115.5733, roads: ['青年路', '兴华路'] },
  { code: '371721', name: '曹县', lat: 34.8264, lon: 115.5423, roads: ['五台山路', '青荷路'] },
  { code: '371722', name: '单县', lat: 34.7904, lon: 116.1074, roads: ['君子路', '舜师路'] },
  { code: '371723', name: '成武县', lat: 34.9524, lon: 115.8898, roads: ['伯乐大街', '先农坛街'] },
  { code: '371724', name: '巨野县', lat: 35.3958, lon: 116.0947, roads: ['麒麟大道', '人民路'] },
  { code: '371725', name: '郓城县', lat: 35.5998, lon: 115.9431, roads: ['东门街', '西门街'] },
  { code: '371726', name: '鄄城县', lat: 35.5634, lon: 115.5101, roads: ['孙膑路', '黄河路'] },
  { code: '371728', name: '东明县', lat: 35.2894, lon: 115.0897, roads: ['曙光路', '解放路'] },
];
