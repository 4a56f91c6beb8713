/** Column names and table names as a Chinese spreadsheet has them, beside those of the API. */

const FIELDS: Readonly<Record<string, string>> = {
  表: 'table',
  类别: 'table',
  编号: 'id',
  名称: 'name',
  类型: 'kind',
  值班电话: 'dutyPhone',
  上级区划: 'parent',
  生命线: 'lifeline',
  行业: 'lifeline',
  区划: 'area',
  行政区划: 'area',
  纬度: 'location.lat',
  经度: 'location.lon',
  权属单位: 'organisation',
  赋码: 'code',
  摄像头: 'cameras',
  设施: 'facility',
  在线方式: 'session',
  产品: 'product',
  网关: 'gateway',
  序列号: 'serial',
  型号: 'model',
  安装日期: 'installedAt',
  检定到期: 'calibrationDueAt',
  设备: 'device',
  通道: 'channel',
  监测量: 'quantity',
  单位: 'unit',
  上报间隔毫秒: 'reportIntervalMs',
  量程下限: 'range.min',
  量程上限: 'range.max',
};

const TABLES: Readonly<Record<string, string>> = {
  单位: 'organisations',
  权属单位: 'organisations',
  区划: 'areas',
  设施: 'facilities',
  产品: 'products',
  网关: 'gateways',
  设备: 'devices',
  测点: 'points',
  管线: 'edges',
};

const SESSIONS: Readonly<Record<string, string>> = { 常在线: 'always-on', 休眠: 'sleepy' };

const under = (names: Readonly<Record<string, string>>, name: string): string =>
  Object.hasOwn(names, name) ? (names[name] ?? name) : name;

/** The API's name of a column; what is no Chinese name of ours stays as it is. */
export const fieldNamed = (header: string): string => under(FIELDS, header);
export const tableNamed = (cell: string): string => under(TABLES, cell);
export const sessionNamed = (cell: string): string => under(SESSIONS, cell);
