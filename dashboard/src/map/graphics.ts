/** What this browser can draw with. */

/** True when there is WebGL 2 at all: without it the map's code need not even be fetched. */
export function canDrawMaps(): boolean {
  return context() !== null;
}

/** A processor that stands in for a graphics card: then fewer pixels are drawn. */
export function isSoftwareDrawn(): boolean {
  const gl = context();
  const named = gl?.getExtension('WEBGL_debug_renderer_info');
  if (gl === null || named === null || named === undefined) return false;
  return /swiftshader|llvmpipe|software|basic render/i.test(
    String(gl.getParameter(named.UNMASKED_RENDERER_WEBGL)),
  );
}

let found: WebGL2RenderingContext | null | undefined;
function context(): WebGL2RenderingContext | null {
  if (found === undefined) found = document.createElement('canvas').getContext('webgl2');
  return found;
}
