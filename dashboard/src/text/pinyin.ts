/**
 * Initials of Chinese names for searching: 中华路 -> zhl. No table of 20,000 characters is shipped: the browser's own order by
 * pinyin says between which two letters a character stands. A character with two readings gives both.
 */

/** The first character of each initial in that order; no syllable begins with i, u or v. */
const FIRST_OF = '阿八嚓哒妸发旮哈讥咔垃妈拿噢趴七然仨他挖夕丫匝';
const LETTERS = 'abcdefghjklmnopqrstwxyz';
/** Readings that names of places and works use beside, or instead of, the one the order goes by. */
const READINGS: Readonly<Record<string, string>> = {
  ...{ 单: 'sd', 长: 'cz', 重: 'zc', 行: 'xh', 都: 'd', 乐: 'ly', 朝: 'cz', 曾: 'zc', 盛: 'sc', 厦: 'xs' },
  ...{ 藏: 'cz', 传: 'cz', 调: 'dt', 降: 'jx', 校: 'xj', 省: 'sx', 石: 's', 鄄: 'j', 郓: 'y', 菏: 'h' },
};
/** Names with several such characters multiply; these many are enough. */
const VARIANTS_MAX = 4;

/** ICU without Chinese orders by code point: then there are no initials, and search goes by the names alone. */
const order = new Intl.Collator('zh-u-co-pinyin');
const works = order.compare('八', '阿') > 0 && order.compare('匝', '阿') > 0;
const letters = new Map<string, string>();
const names = new Map<string, readonly string[]>();

/** Every way the name may be written in initials, latin letters and digits kept; empty without a Chinese character. */
export function initials(name: string): readonly string[] {
  let found = names.get(name);
  if (found === undefined) names.set(name, (found = works ? spelled(name) : []));
  return found;
}

function spelled(name: string): string[] {
  if (!/\p{Script=Han}/u.test(name)) return [];
  let variants = [''];
  for (const character of name.toLowerCase()) {
    const readings = /\p{Script=Han}/u.test(character)
      ? (READINGS[character] ?? letterOf(character))
      : /[a-z0-9]/.test(character)
        ? character
        : '';
    if (readings === '') continue;
    variants = variants.flatMap((before) => [...readings].map((letter) => before + letter));
    variants = variants.slice(0, VARIANTS_MAX);
  }
  return variants;
}

function letterOf(character: string): string {
  let letter = letters.get(character);
  if (letter === undefined) {
    const at = [...FIRST_OF].findLastIndex((first) => order.compare(character, first) >= 0);
    letters.set(character, (letter = LETTERS[at] ?? ''));
  }
  return letter;
}
