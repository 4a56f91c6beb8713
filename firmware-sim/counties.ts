/** The nine counties and districts of 菏泽 and 鲁西新区: codes, their seats, and some roads, most of them invented. */
export type County = {
  readonly code: string;
  readonly name: string;
  readonly lat: number;
  readonly lon: number;
  readonly roads: readonly [string, string, string, string];
};

/** All ten, the city's seat first. */
export const COUNTIES: readonly [County, ...County[]] = [
  county('371702', '牡丹区', 35.2525, 115.4395, '中华路 人民路 和顺街 望湖路'),
  county('371703', '定陶区', 35.0713, 115.5733, '青年路 兴华路 富民街 长宁路'),
  county('371721', '曹县', 34.8264, 115.5423, '五台山路 青荷路 安泰街 春晖路'),
  county('371722', '单县', 34.7904, 116.1074, '君子路 舜师路 同兴街 东关路'),
  county('371723', '成武县', 34.9524, 115.8898, '伯乐大街 先农坛街 康宁路 文亭路'),
  county('371724', '巨野县', 35.3958, 116.0947, '麒麟大道 永丰路 建新街 汇源路'),
  county('371725', '郓城县', 35.5998, 115.9431, '东门街 西门街 胜利路 临城路'),
  county('371726', '鄄城县', 35.5634, 115.5101, '孙膑路 黄河路 古泉街 长城路'),
  county('371728', '东明县', 35.2894, 115.0897, '曙光路 解放路 五四街 向阳路'),
  county('LXXQ', '鲁西新区', 35.2716, 115.5046, '长江路 黄河东路 济南路 武汉路'),
];

function county(code: string, name: string, lat: number, lon: number, roads: string): County {
  const [first = '', second = '', third = '', fourth = ''] = roads.split(' ');
  return { code, name, lat, lon, roads: [first, second, third, fourth] };
}
