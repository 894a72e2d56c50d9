/** A query of about so many bytes, as an application sends it; `turn` makes it different from all others. */
export function textOf(bytes, turn) {
  const short = `SELECT id, name FROM customers WHERE id = ${1_000_000 + turn}`
  if (bytes <= short.length + 20) return short
  let text = `${short} AND status IN ('active', 'new')`
  for (let n = 0; text.length < bytes; n++) text += CONDITIONS[n % CONDITIONS.length](n + turn)
  return text
}

const CONDITIONS = [
  (n) => ` AND city_${n % 40} = 'Amsterdam ${n}'`,
  (n) => ` AND created_at > '2026-01-01' AND price * ${n} < 100.5`,
  (n) => ` AND EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = customers.id AND o.total > ${n})`,
  (n) => ` AND lower(email) LIKE 'a${n}%'`,
]
