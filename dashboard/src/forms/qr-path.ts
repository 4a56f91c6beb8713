/** A text as the path of an SVG: QR code of middle redundancy, one unit a square, with the quiet zone of the standard. */
import { create } from 'qrcode/lib/core/qrcode.js';

const QUIET = 4;

/** `side` = width and height of the picture in squares. Throws for a text beyond some 2,300 bytes. */
export function qrPath(text: string): { readonly side: number; readonly path: string } {
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const { size } = modules;
  const parts: string[] = [];
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; ) {
      const from = column;
      while (column < size && modules.get(row, column) !== 0) column++;
      if (column > from) parts.push(`M${from + QUIET} ${row + QUIET}h${column - from}v1h-${column - from}z`);
      else column++;
    }
  }
  return { side: size + 2 * QUIET, path: parts.join('') };
}
