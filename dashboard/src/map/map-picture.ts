/** The map as a picture to send on: with its time and, always, the words that the base is a sketch. */
const BAND_PX = 34;

export async function savePicture(map: HTMLCanvasElement, caption: string, name: string): Promise<void> {
  const picture = document.createElement('canvas');
  picture.width = map.width;
  picture.height = map.height + BAND_PX;
  const context = picture.getContext('2d');
  if (context === null) return;
  const style = getComputedStyle(document.documentElement);
  context.drawImage(map, 0, 0);
  context.fillStyle = style.getPropertyValue('--pane');
  context.fillRect(0, map.height, picture.width, BAND_PX);
  context.fillStyle = style.getPropertyValue('--text');
  context.font = '15px "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif';
  context.textBaseline = 'middle';
  context.fillText(caption, 12, map.height + BAND_PX / 2);
  const blob = await new Promise<Blob | null>((resolve) => picture.toBlob(resolve, 'image/png'));
  if (blob === null) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
