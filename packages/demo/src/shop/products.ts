import { randomFor } from './random.ts'
import { money, type Table, type Value } from './table.ts'

/** Something the shop sells. */
export interface Product {
  readonly id: number
  readonly priceCents: number
  /** The columns of `public.products` in order. */
  readonly row: readonly Value[]
}

/** Makes all that the shop sells. */
export function products(seed: number): readonly Product[] {
  return CATEGORIES.flatMap((category, at) =>
    category.things.flatMap((thing, thingAt) =>
      MATERIALS.map((material, materialAt) => {
        const id = at * 100 + thingAt * MATERIALS.length + materialAt + 1
        const random = randomFor(seed, 'product', id)
        const priceCents = random.integer(5, 400) * 100 - 5
        const sku = `${category.code}-${random.digits(5)}-${material.slice(0, 3).toUpperCase()}`
        const size = [random.integer(5, 120), random.integer(5, 80), random.integer(2, 60)]
        const weight = Math.round(random.fraction() * 20_000) / 1000
        const attributes = { material, size_cm: size, colours: COLOURS.filter(() => random.chance(0.4)) }
        // The first bytes of a PNG file: enough for a column of bytes to hold some that are no text.
        const thumbnail = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...random.bytes(24))
        const name = `${material} ${thing}`
        return {
          id,
          priceCents,
          row: [id, sku, name, category.name, money(priceCents), weight, random.chance(0.95), attributes, thumbnail],
        }
      }),
    ),
  )
}

/** The table of products. */
export function productTable(all: readonly Product[]): Table {
  return {
    name: 'public.products',
    columns: ['id', 'sku', 'name', 'category', 'price', 'weight_kg', 'available', 'attributes', 'thumbnail'],
    rows: () => all.map((product) => product.row),
  }
}

const CATEGORIES = [
  { code: 'HOM', name: 'home', things: ['Lamp', 'Chair', 'Vase', 'Shelf', 'Clock', 'Mirror', 'Rug', 'Tray'] },
  { code: 'KIT', name: 'kitchen', things: ['Bowl', 'Knife', 'Teapot', 'Pan', 'Mug', 'Grinder', 'Board', 'Jug'] },
  { code: 'OFF', name: 'office', things: ['Notebook', 'Pen', 'Desk', 'Stapler', 'Folder', 'Stamp', 'Easel', 'Ruler'] },
  { code: 'OUT', name: 'outdoors', things: ['Tent', 'Lantern', 'Flask', 'Hammock', 'Compass', 'Stove', 'Axe', 'Rope'] },
  { code: 'MUS', name: 'music', things: ['Ukulele', 'Drum', 'Flute', 'Stand', 'Metronome', 'Kalimba', 'Bow', 'Case'] },
]
const MATERIALS = [
  'Oak',
  'Steel',
  'Linen',
  'Glass',
  'Bamboo',
  'Copper',
  'Felt',
  'Stone',
  'Cork',
  'Leather',
  'Brass',
  'Wool',
]
const COLOURS = ['natural', 'black', 'white', 'red', 'ocean', 'moss']
