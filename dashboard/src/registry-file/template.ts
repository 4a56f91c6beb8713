/** Tables to be filled in: the columns the platform knows, by their Chinese names, with a row to follow. */
import { csvText } from '../forms/csv.ts';

type Template = { readonly table: string; readonly columns: Readonly<Record<string, string>> };

/** In the order in which they are needed: what stands first is named by what follows. */
export const TEMPLATES: Readonly<Record<string, Template>> = {
  organisations: {
    table: '权属单位',
    columns: { 编号: 'gas-co', 名称: '燃气公司', 类型: 'owner', 值班电话: '0530-1234567' },
  },
  areas: { table: '区划', columns: { 编号: '371702001', 名称: '东城街道', 上级区划: '371702' } },
  facilities: {
    table: '设施',
    columns: {
      ...{ 编号: 'V-001', 名称: '中华路阀井', 类型: 'gas-valve-well', 生命线: 'gas', 行政区划: '371702' },
      ...{ 纬度: '35.25', 经度: '115.44', 权属单位: 'gas-co' },
    },
  },
  gateways: {
    table: '网关',
    columns: { 编号: 'GW-001', 名称: '中华路网关', 设施: 'V-001', 在线方式: '常在线' },
  },
  devices: {
    table: '设备',
    columns: {
      编号: 'D-001',
      网关: 'GW-001',
      设施: 'V-001',
      序列号: 'SN0001',
      型号: 'X1',
      检定到期: '2027-06-30',
    },
  },
  points: {
    table: '测点',
    columns: {
      ...{
        设备: 'D-001',
        通道: 'ch4',
        监测量: 'ch4',
        单位: '%',
        上报间隔毫秒: '60000',
        量程下限: '0',
        量程上限: '5',
      },
    },
  },
};

/** One table, or all of them in one file with a column that says what each row is. */
export function templateCsv(table: string): string {
  const one = TEMPLATES[table];
  if (one !== undefined) return csvText([Object.keys(one.columns), Object.values(one.columns)]);
  const all = Object.values(TEMPLATES);
  const columns = [...new Set(all.flatMap(({ columns: own }) => Object.keys(own)))];
  return csvText([
    ['表', ...columns],
    ...all.map((each) => [each.table, ...columns.map((column) => each.columns[column] ?? '')]),
  ]);
}
