/** One PMTiles file on our own server, read in ranges; fetched only when such a base is shown. */
import { addProtocol } from 'maplibre-gl';
import { PMTiles, Protocol, TileType } from 'pmtiles';

export type BaseTiles = {
  /** Template for a source. */
  readonly url: string;
  readonly minZoom: number;
  readonly maxZoom: number;
  /** Names of its layers; null for pictures. */
  readonly vectorLayers: readonly string[] | null;
};

let protocol: Protocol | null = null;

/** Rejects when the file is not there or is no PMTiles archive. */
export async function openTiles(address: string): Promise<BaseTiles> {
  if (protocol === null) {
    protocol = new Protocol();
    addProtocol('pmtiles', protocol.tile);
  }
  const archive = new PMTiles(address);
  protocol.add(archive);
  const { minZoom, maxZoom, tileType } = await archive.getHeader();
  const known = { url: `pmtiles://${address}/{z}/{x}/{y}`, minZoom, maxZoom };
  if (tileType !== TileType.Mvt) return { ...known, vectorLayers: null };
  return { ...known, vectorLayers: layerNames(await archive.getMetadata()) };
}

function layerNames(metadata: unknown): string[] {
  const { vector_layers: layers } = Object(metadata);
  if (!Array.isArray(layers)) return [];
  return layers.flatMap((layer: unknown) => {
    const { id } = Object(layer);
    return typeof id === 'string' ? [id] : [];
  });
}
